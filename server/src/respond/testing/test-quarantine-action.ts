import { expect, it } from 'vitest'

import { command } from '#connect/testing/command.ts'
import type { Action } from '#respond/action.ts'
import type { QuarantinedMessageTarget } from '#respond/kinds/quarantined-message.ts'
import { executeActionRun } from '#respond/runner.ts'

import { openApiTrial, type ApiTrial } from './api-trial.ts'
import { type Expected, type Running, testContract, type Trial } from './test-contract.ts'

/** What an action on the quarantine is tried on: identities of messages there. */
export interface QuarantineStage extends ApiTrial, Pick<Trial<string>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  /** What the quarantine has of a message, read by a client of its own with credentials of its own. */
  seen(identity: string): Promise<Record<string, unknown> | undefined>
  /** What an administrator does with it meanwhile: `Release-QuarantineMessage`. */
  byHand(name: string, identity: string, parameters?: object): Promise<void>
  /** From now on the quarantine shows the message otherwise than it is: first so many times, then for good. */
  show(identity: string, times: number, first: object, then: object): Promise<void>
}

/** Starts the emulator and an embedded store; a second or two. */
async function openQuarantineStage(): Promise<QuarantineStage> {
  const trial = await openApiTrial('exchange-admin', {
    read: ['Exchange.ManageAsApp'],
    write: [],
    readRole: 'Security Reader',
    writeRole: 'Security Administrator',
  })
  const { connectionId, company } = trial
  const { rows } = await command(company, 'Get-QuarantineMessage', { PageSize: 10 })
  const matchOf = (identity: string) => identity.split('\\')[1]!
  const seen = async (identity: string) =>
    (await command(company, 'Get-QuarantineMessage', { Identity: identity })).rows[0]
  return {
    ...trial,
    subjects: rows.map((row) => String(row['Identity'])),
    stranger: 'no identity',
    request: (chosen) => ({ connectionId, targets: [...chosen] }),
    seen,
    async byHand(name, identity, parameters = {}) {
      expect((await command(company, name, { Identity: identity, ...parameters })).status).toBe(200)
    },
    async show(identity, times, first, then) {
      const row = await seen(identity)
      const shown = (differing: object) => ({ status: 200, body: { value: [{ ...row, ...differing }] } })
      const match = { service: 'exchange-admin', body: `Get-QuarantineMessage.*${matchOf(identity)}` }
      await trial.strike({ match: { ...match, times }, do: shown(first) })
      await trial.strike({ match, do: shown(then) })
    },
    hide: (identity) => trial.strike({ match: { body: matchOf(identity) }, do: { status: 500 } }),
  }
}

/** What an action does to quarantined messages; what is absent is as for all of them. */
export type ExpectedQuarantineEffect = Pick<Expected<QuarantineStage, string>, 'wanted' | 'again'> & {
  /** The command that brings it about. */
  command: string
}

/** The contract that every action on the quarantine fulfils; `wanted` is the release status then, `none` without a message. */
export function testQuarantineAction(
  action: Action<Record<string, unknown>, QuarantinedMessageTarget>,
  { command: name, ...effect }: ExpectedQuarantineEffect,
  more: (running: Running<QuarantineStage, string>) => void,
): void {
  const expected: Expected<QuarantineStage, string> = {
    path: '/InvokeCommand$',
    body: `"${name}"`,
    permission: 'Security Administrator',
    lossy: '/InvokeCommand$',
    lie: { status: 200, body: { value: [] } },
    look: async (stage, identity) => String((await stage.seen(identity))?.['ReleaseStatus'] ?? 'none'),
    ...effect,
  }
  testContract<string, QuarantineStage, QuarantinedMessageTarget>(action, expected, openQuarantineStage, (running) => {
    it('tells recipients and subject of each message, once each, before anybody approves', async () => {
      const [first] = running.subjects()
      const seen = (await running.stage().seen(first!))!
      const found = await running.targets(await running.plan([first!, first!.toUpperCase()]))
      expect(found).toMatchObject([
        { objectId: first, name: seen['Subject'], address: (seen['RecipientAddress'] as string[]).join(', ') },
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

    it('leaves mail to a domain alone that the connection is not authorized for, since before the plan or after', async () => {
      const stage = running.stage()
      const [first] = running.subjects()
      const run = await running.plan([first!])
      await stage.settle({ authorizedDomains: ['other.example'] })
      expect(await running.targets(await running.plan([first!]))).toMatchObject([
        { state: 'protected', reason: expect.stringContaining('not among the authorized domains') },
      ])
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { failed: 1 } })
      expect(await stage.seen(first!)).toMatchObject({ ReleaseStatus: 'NOTRELEASED' })
    })

    more(running)
  })
}
