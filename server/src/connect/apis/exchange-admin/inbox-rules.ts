import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { invokeCommand, type Cmdlet } from './invoke-command.ts'

/**
 * All inbox rules of a mailbox, hidden ones too, which neither Outlook nor Graph shows: an attacker hides a rule by taking its
 * name from it with a mail program of his own.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/get-inboxrule
 */
export interface MailboxRule {
  /** `<mailbox>\<number>`; the number is larger than a double holds. */
  identity: string
  name: string
  isEnabled: boolean
  isHidden: boolean
  /** To whom it sends mail on: identities to look up, `/o=ExchangeLabs/…` or an address. */
  forwards: RuleRecipient[]
}

/** Somebody as a rule names him: `"Mara Kuiper" [EX:/o=ExchangeLabs/…]`, `"x" [SMTP:x@bad.example]`. */
export interface RuleRecipient {
  name: string
  /** What {@link resolveRecipient} takes; the whole text where it is neither. */
  identity: string
}

const People = z.array(z.string()).nullish()
const RuleRow = z.object({
  Identity: z.string(),
  Name: z.string().nullish(),
  Enabled: z.boolean(),
  ForwardTo: People,
  ForwardAsAttachmentTo: People,
  RedirectTo: People,
})
type RuleRow = z.infer<typeof RuleRow>

/** A directory role that opens rules; Global Reader does not. */
export const RULES_ROLE = 'Exchange Administrator'

/** All rules of a mailbox, in the order in which they run. @throws AppError CONNECT_*: CONNECT_NOT_FOUND without a mailbox. */
export async function listMailboxRules(
  microsoft: Microsoft,
  mailbox: string,
  signal?: AbortSignal,
): Promise<MailboxRule[]> {
  const list = (parameters: object): Promise<RuleRow[]> =>
    invokeCommand(
      microsoft,
      {
        name: 'Get-InboxRule',
        parameters: { Mailbox: mailbox, ...parameters },
        what: `Could not list the inbox rules of ${mailbox}.`,
        role: RULES_ROLE,
        signal,
      },
      RuleRow,
    )
  const all = await list({ IncludeHidden: true })
  // No row says whether it is hidden.
  const visible = new Set((await list({})).map(({ Identity }) => Identity))
  return all.map((row) => ({
    identity: row.Identity,
    name: row.Name ?? '',
    isEnabled: row.Enabled,
    isHidden: !visible.has(row.Identity),
    forwards: [row.ForwardTo, row.ForwardAsAttachmentTo, row.RedirectTo]
      .flatMap((people) => people ?? [])
      .map(readShown),
  }))
}

/** Enables or disables a rule. Rules that only Outlook can run are lost with it, as Exchange does not know them. */
export async function setMailboxRuleEnabled(
  microsoft: Microsoft,
  { mailbox, identity, isEnabled, signal }: RuleOf & { isEnabled: boolean },
): Promise<void> {
  const name = isEnabled ? 'Enable-InboxRule' : 'Disable-InboxRule'
  const what = `Could not ${isEnabled ? 'enable' : 'disable'} an inbox rule of ${mailbox}.`
  await invokeCommand(microsoft, changing(name, what, { mailbox, identity, signal }), z.unknown())
}

/**
 * Removes a rule; one that is not there any more is removed. Exchange tells too little of a hidden one to make it again.
 *
 * @throws AppError CONNECT_*.
 */
export async function removeMailboxRule(microsoft: Microsoft, rule: RuleOf): Promise<void> {
  const { mailbox, identity, signal } = rule
  try {
    const what = `Could not remove an inbox rule of ${mailbox}.`
    await invokeCommand(microsoft, changing('Remove-InboxRule', what, rule), z.unknown())
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONNECT_REQUEST_REFUSED') throw error
    // Exchange has no code for a rule that is not there.
    const rules = await listMailboxRules(microsoft, mailbox, signal)
    if (rules.some((each) => each.identity === identity)) throw error
  }
}

interface RuleOf {
  mailbox: string
  identity: string
  signal?: AbortSignal | undefined
}

function changing(name: string, what: string, { mailbox, identity, signal }: RuleOf): Cmdlet {
  return {
    name,
    parameters: {
      Identity: identity,
      Mailbox: mailbox,
      Confirm: false,
      Force: true,
      AlwaysDeleteOutlookRulesBlob: true,
    },
    what,
    role: RULES_ROLE,
    repeatable: true,
    signal,
  }
}

function readShown(shown: string): RuleRecipient {
  const [, name, identity] = /^"(.*)" \[(?:EX|SMTP):(.+)\]$/s.exec(shown) ?? []
  return name === undefined || identity === undefined ? { name: shown, identity: shown } : { name, identity }
}
