import { z } from 'zod'

import type { MicrosoftApi } from '#connect/microsoft.ts'
import { command } from '#connect/testing/command.ts'

import { openApiTrial, type ApiTrial } from './api-trial.ts'
import type { Trial } from './test-contract.ts'

/** A mailbox of the emulated company. */
export interface TriedMailbox {
  id: string
  userPrincipalName: string
}

type Json = Record<string, unknown>

/** What an action on mailboxes is tried on: those of people; and administrators with programs of their own. */
export interface MailboxStage
  extends ApiTrial, Pick<Trial<TriedMailbox>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  /** The rules that Graph shows, as they are; those of the mailbox that forward come from {@link plant}. */
  rulesOf(mailbox: TriedMailbox): Promise<Json[]>
  /** Makes a rule, and gives its id. */
  plant(mailbox: TriedMailbox, rule: Json): Promise<string>
  /** What the user makes of a rule meanwhile. */
  change(mailbox: TriedMailbox, ruleId: string, properties: Json): Promise<void>
  remove(mailbox: TriedMailbox, ruleId: string): Promise<void>
  /** Makes a rule that only Exchange shows forward to somebody; it is called {@link HIDDEN}. */
  plantHidden(mailbox: TriedMailbox, to: string): Promise<void>
  /** Runs a command of Exchange as an administrator; its rows. */
  run(cmdlet: string, parameters: Json): Promise<Json[]>
}

/** The rule that every mailbox has and neither Outlook nor Graph shows. */
export const HIDDEN = 'Junk E-mail Rule'

/** A rule that forwards to these, as Graph takes it. */
export function forwarding(name: string, ...addresses: string[]): Json {
  const forwardTo = addresses.map((address) => ({ emailAddress: { name: address, address } }))
  const actions = { forwardTo, markAsRead: true, stopProcessingRules: true }
  const conditions = { subjectContains: ['invoice', 'payment'] }
  return { displayName: name, sequence: 7, isEnabled: true, conditions, exceptions: { hasAttachments: true }, actions }
}

const READ = ['User.Read.All', 'MailboxSettings.Read', 'Exchange.ManageAsApp']
const WRITE = ['MailboxSettings.ReadWrite']
const Rules = z.object({ value: z.array(z.record(z.string(), z.unknown())) })

/** Starts the emulator and an embedded store; a second or two. */
export async function openMailboxStage(): Promise<MailboxStage> {
  const roles = { readRole: 'Global Reader', writeRole: 'Exchange Administrator' }
  const stage = await openApiTrial('exchange-admin', { read: READ, write: WRITE, ...roles })
  const { company, connectionId, strike } = stage
  const graph = await company.onlookerAt('graph' satisfies MicrosoftApi, [...READ, ...WRITE])
  const run: MailboxStage['run'] = async (cmdlet, parameters) => {
    const { status, rows } = await command(company, cmdlet, parameters)
    if (status !== 200) throw new Error(`${cmdlet}: ${status}`)
    return rows
  }
  const rules = ({ id }: TriedMailbox) => `/v1.0/users/${id}/mailFolders/inbox/messageRules`
  const subjects = (await run('Get-Mailbox', { RecipientTypeDetails: ['UserMailbox'], ResultSize: 30 })).map((row) => ({
    id: String(row['ExternalDirectoryObjectId']),
    userPrincipalName: String(row['UserPrincipalName']),
  }))
  return {
    ...stage,
    subjects,
    stranger: { id: '00000000-0000-0000-0000-000000000000', userPrincipalName: 'nobody@nowhere.example' },
    request: (chosen) => ({ connectionId, targets: chosen.map(({ id }) => id) }),
    rulesOf: async (mailbox) => Rules.parse((await graph(rules(mailbox))).json).value,
    async plant(mailbox, body) {
      return String((await graph(rules(mailbox), { method: 'POST', body })).json['id'])
    },
    async change(mailbox, ruleId, body) {
      await graph(`${rules(mailbox)}/${encodeURIComponent(ruleId)}`, { method: 'PATCH', body })
    },
    async remove(mailbox, ruleId) {
      await graph(`${rules(mailbox)}/${encodeURIComponent(ruleId)}`, { method: 'DELETE' })
    },
    async plantHidden({ id }, to) {
      await run('Set-InboxRule', { Mailbox: id, Identity: HIDDEN, ForwardTo: [to] })
    },
    run,
    async hide({ id }) {
      await strike({ match: { path: `/users/${id}/mailFolders/inbox/messageRules` }, do: { status: 500 } })
      // Commands of Exchange do not name the mailbox in their path: the next one does not find it.
      const body = { error: { code: 'NotFound', message: 'The mailbox is not there.' } }
      await strike({ match: { body: '"Get-Mailbox(Permission)?"', times: 1 }, do: { status: 404, body } })
    },
  }
}
