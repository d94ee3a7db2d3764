import { isDeepStrictEqual } from 'node:util'

import { array, assert, asyncProperty, constantFrom, oneof, record, type Arbitrary } from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { planActionRun } from './plan.ts'
import { executeActionRun, revertActionRun, type ActionRunContext } from './runner.ts'
import { forwarding, type MailboxStage, openMailboxStage, type TriedMailbox } from './testing/mailbox-stage.ts'

let stage: MailboxStage
beforeAll(async () => {
  stage = await openMailboxStage()
})
afterAll(() => stage?.close())

/** A mailbox as a model holds it: which rules there are and whether they are enabled, where it forwards, who may open it. */
interface Model {
  rules: Record<string, boolean>
  forwardsTo: string | null
  delegates: number
}

const OUTSIDE: ReadonlySet<string> = new Set(['Outside', 'Both', 'Off'])
const FORWARDS: ReadonlySet<string> = new Set([...OUTSIDE, 'Colleague'])

const rulesOf = (model: Model, change: (name: string, isEnabled: boolean) => boolean | undefined): Model => ({
  ...model,
  rules: Object.fromEntries(
    Object.entries(model.rules).flatMap(([name, isEnabled]) => {
      const is = change(name, isEnabled)
      return is === undefined ? [] : [[name, is]]
    }),
  ),
})

/** What each action makes of a mailbox, and of what in it. */
const ACTIONS = {
  'disable-forward-rules': {
    of: 'rules',
    makes: (model: Model) => rulesOf(model, (name, isEnabled) => isEnabled && !FORWARDS.has(name)),
  },
  'delete-external-forward-rules': {
    of: 'rules',
    makes: (model: Model) => rulesOf(model, (name, isEnabled) => (OUTSIDE.has(name) ? undefined : isEnabled)),
  },
  'clear-mailbox-forwarding': { of: 'forwardsTo', makes: (model: Model): Model => ({ ...model, forwardsTo: null }) },
  'remove-mailbox-delegate': { of: 'delegates', makes: (model: Model): Model => ({ ...model, delegates: 0 }) },
} as const
type Does = keyof typeof ACTIONS

/** What is undone is the newest that was done to a part of the mailbox, whatever was done to the others since. */
type Step = { does: Does } | { undoes: keyof Model }

const step: Arbitrary<Step> = oneof(
  { weight: 4, arbitrary: record({ does: constantFrom(...(Object.keys(ACTIONS) as Does[])) }) },
  { weight: 3, arbitrary: record({ undoes: constantFrom<keyof Model>('rules', 'forwardsTo', 'delegates') }) },
)

async function plantAll(mailbox: TriedMailbox): Promise<Model> {
  const colleague = stage.subjects[5]!.userPrincipalName
  const rules = {
    Outside: forwarding('Outside', 'x@bad.example'),
    Both: forwarding('Both', colleague, 'y@bad.example'),
    Off: { ...forwarding('Off', 'x@bad.example'), isEnabled: false },
    Colleague: forwarding('Colleague', colleague),
    Read: { displayName: 'Read', sequence: 9, isEnabled: true, actions: { markAsRead: true } },
  }
  for (const rule of Object.values(rules)) await stage.plant(mailbox, rule)
  const forwardsTo = 'smtp:x@bad.example'
  await stage.run('Set-Mailbox', { Identity: mailbox.id, ForwardingSmtpAddress: forwardsTo })
  await stage.run('Add-MailboxPermission', { Identity: mailbox.id, User: colleague, AccessRights: ['FullAccess'] })
  return { rules: { Outside: true, Both: true, Off: false, Colleague: true, Read: true }, forwardsTo, delegates: 1 }
}

/** The mailbox by other programs. */
async function seen(mailbox: TriedMailbox): Promise<Model> {
  const rules = await stage.rulesOf(mailbox)
  const planted = rules.filter(({ sequence }) => Number(sequence) >= 7)
  const [row] = await stage.run('Get-Mailbox', { Identity: mailbox.id })
  const rights = await stage.run('Get-MailboxPermission', { Identity: mailbox.id })
  return {
    rules: Object.fromEntries(planted.map(({ displayName, isEnabled }) => [displayName, isEnabled])),
    forwardsTo: row!['ForwardingSmtpAddress'] as string | null,
    delegates: rights.length - 1,
  }
}

it('any sequence of actions and undos leaves a mailbox as a model of it says', { timeout: 240_000 }, async () => {
  await assert(
    asyncProperty(array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      await stage.reset()
      const { records, clock, tenantId, microsoft, subjects } = stage
      const mailbox = subjects[0]!
      let model = await plantAll(mailbox)
      /** Carried out and not taken back; with what was there before. */
      const done: { run: ActionRunContext; before: Model; does: Does }[] = []
      const carryOut = async (does: Does) => {
        const request = { ...stage.request([mailbox]), action: does, createdBy: 'ana', open: async () => microsoft }
        const { actionRun } = await planActionRun({ records, clock, tenantId, ...request })
        const run = { records, clock, tenantId, microsoft, id: actionRun.id, wait: async () => {} }
        const after = ACTIONS[does].makes(model)
        const isChanged = !isDeepStrictEqual(after, model)
        if (isChanged) done.push({ run, before: model, does })
        model = after
        const { targetsByState } = await executeActionRun(run)
        return { end: targetsByState, wanted: isChanged ? { verified: 1 } : { 'already-done': 1 } }
      }
      const takeBack = async (part: keyof Model) => {
        const newest = done.findLast(({ does }) => ACTIONS[does].of === part)
        if (!newest) return {}
        done.splice(done.indexOf(newest), 1)
        model = { ...model, [part]: newest.before[part] }
        const { targetsByState } = await revertActionRun(newest.run)
        return { end: targetsByState, wanted: { reverted: 1 } }
      }
      for (const each of steps) {
        const { end, wanted } = 'does' in each ? await carryOut(each.does) : await takeBack(each.undoes)
        expect(end).toEqual(wanted)
        expect(await seen(mailbox)).toEqual(model)
      }
    }),
    { numRuns: 15 },
  )
})
