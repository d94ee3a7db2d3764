import { expect, it } from 'vitest'

import type { ListType } from '#connect/apis/exchange-admin/allow-block-list.ts'
import { readListValue } from '#connect/apis/exchange-admin/list-value.ts'
import type { Action } from '#respond/action.ts'
import type { MailEntryTarget } from '#respond/kinds/mail-entry.ts'

import { openApiTrial, type ApiTrial } from './api-trial.ts'
import { type Expected, type Running, testContract, type Trial } from './test-contract.ts'

/** What an action on the Tenant Allow/Block List is tried on: values of each list. */
export interface MailEntryStage extends ApiTrial, Pick<Trial<string>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  /** What stands for a value, read by a client of its own with credentials of its own. */
  seen(value: string): Promise<Record<string, unknown> | undefined>
  /** What an administrator sets meanwhile. */
  set(value: string, parameters: Record<string, unknown>): Promise<void>
  /** What an administrator takes out meanwhile. */
  remove(value: string): Promise<void>
}

const SUBJECTS = [
  'billing@bad.example',
  'https://bad.example/login*',
  'a'.repeat(64),
  'bad.example',
  '2001:db8:bad::/48',
]

/** Starts the emulator and an embedded store; a second or two. */
export async function openMailEntryStage(): Promise<MailEntryStage> {
  const trial = await openApiTrial('exchange-admin', {
    read: ['Exchange.ManageAsApp'],
    write: [],
    readRole: 'Security Reader',
    writeRole: 'Security Administrator',
  })
  const { connectionId, onlooker, tenantId } = trial
  const valueOf = (name: string) => readListValue(name) as { listType: ListType; value: string }
  const run = async (CmdletName: string, Parameters: Record<string, unknown>) => {
    const body = { CmdletInput: { CmdletName, Parameters } }
    const { status, json } = await onlooker(`/adminapi/beta/${tenantId}/InvokeCommand`, { method: 'POST', body })
    expect(status).toBe(200)
    return json['value'] as Record<string, unknown>[]
  }
  return {
    ...trial,
    subjects: SUBJECTS,
    stranger: '203.0.113.7',
    request: (chosen) => ({ connectionId, targets: [...chosen] }),
    async seen(name) {
      const { listType: ListType, value: Entry } = valueOf(name)
      return (await run('Get-TenantAllowBlockListItems', { ListType, Entry }))[0]
    },
    async set(name, parameters) {
      const { listType: ListType, value } = valueOf(name)
      await run('New-TenantAllowBlockListItems', { ListType, Entries: [value], ...parameters })
    },
    async remove(name) {
      const { listType: ListType, value } = valueOf(name)
      await run('Remove-TenantAllowBlockListItems', { ListType, Entries: [value] })
    },
    hide: (name) =>
      trial.strike({
        match: { body: JSON.stringify(valueOf(name).value).replaceAll(/[.*+?^$()[\]{}|\\]/g, '\\$&') },
        do: { status: 500 },
      }),
  }
}

/** What an action does to list items; what is absent is as for all of them. */
export type ExpectedMailEntryEffect = Pick<Expected<MailEntryStage, string>, 'wanted' | 'arrange' | 'lie'> & {
  /** The command that brings it about. */
  command: string
}

/** The contract that every action on the Tenant Allow/Block List fulfils; `wanted` is what stands then, `none` without an item. */
export function testMailEntryAction(
  action: Action<Record<string, unknown>, MailEntryTarget>,
  { command, ...effect }: ExpectedMailEntryEffect,
  more: (running: Running<MailEntryStage, string>) => void,
): void {
  const expected: Expected<MailEntryStage, string> = {
    again: 'already-done',
    path: '/InvokeCommand$',
    body: `"${command}"`,
    permission: 'Security Administrator',
    lossy: '/InvokeCommand$',
    look: async (stage, name) => String((await stage.seen(name))?.['Action'] ?? 'none'),
    ...effect,
  }
  testContract<string, MailEntryStage, MailEntryTarget>(action, expected, openMailEntryStage, (running) => {
    it('finds the list by the value, and follows a rewritten link to where it leads', async () => {
      const link = 'https://emea01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Fx&data=05'
      const run = await running.plan(['Ana@Evil.example', link, 'evil.example'])
      const found = await running.targets(run)
      expect(found.map(({ name, address }) => [name, address]).toSorted()).toEqual([
        ['Sender', 'ana@evil.example'],
        ['Sender', 'evil.example'],
        ['Url', 'evil.example/x'],
      ])
    })

    it('tells a missing app role before there is a plan', async () => {
      const { microsoft } = running.stage()
      const open = async () => ({ ...microsoft, grantedRoles: async () => [] })
      await expect(running.plan(undefined, { open })).rejects.toMatchObject({
        code: 'CONNECT_PERMISSION_MISSING',
        fix: expect.stringContaining('Exchange.ManageAsApp'),
      })
    })

    more(running)
  })
}
