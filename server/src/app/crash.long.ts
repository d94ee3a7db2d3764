import { afterAll, expect, test } from 'vitest'

import { allOf } from '#domain/mail-filter.ts'

import { startConnectedCordon } from './testing/connected-cordon.ts'
import { until } from './testing/cordon-process.ts'
import { countEvents, eventIds } from './testing/stored-events.ts'

/**
 * `kill -9` on the whole product at work, again and again, against an emulated cloud that knows the truth. Nothing may be
 * lost, nothing may be there twice.
 */

/** Two feeds with everything in them that the audit log can do, and few enough records for a test. */
const FEEDS = ['management-activity.Audit.General', 'management-activity.DLP.All']

const cordon = await startConnectedCordon({ feeds: FEEDS })
const { emulator, tenant } = cordon
afterAll(() => cordon.close())

const countStored = () => countEvents(cordon, tenant)

async function truth(): Promise<string[]> {
  const contents = (await emulator.request('/ground-truth/audit')) as Record<string, { records: string[] }>
  const records = FEEDS.flatMap((feed) => contents[feed.replace('management-activity.', '')]!.records)
  return [...new Set(records.map((id) => id.toLowerCase()))].toSorted()
}

test('killed in the middle of collecting, it loses no event and doubles none', { timeout: 400_000 }, async () => {
  const wanted = await truth()
  const killedAt: number[] = []
  for (const share of [0.05, 0.3, 0.6]) {
    killedAt.push(await until(countStored, (stored) => stored >= wanted.length * share))
    await cordon.killAndStart()
  }
  // Each kill found it at work, not before and not after.
  expect(killedAt.every((stored) => stored > 0 && stored < wanted.length)).toBe(true)

  await until(countStored, (stored) => stored >= wanted.length)
  expect((await eventIds(cordon, tenant)).toSorted()).toEqual(wanted)
  expect(await countStored()).toBe(wanted.length)

  const { alerts } = await cordon.call<{ alerts: { ruleTitle: string; eventCount: number }[] }>(
    'GET',
    `${tenant}/alerts`,
  )
  const reported = alerts.filter(({ ruleTitle }) => ruleTitle === 'User Reported Mail As Phishing')
  expect(reported.map(({ eventCount }) => eventCount)).toEqual([1])
})

interface RunDetail {
  actionRun: { id: string; state: string; targetsTotal: number; targetsByState: Record<string, number> }
  targets: { id: string; objectId: string; state: string; proof?: string }[]
}

test(
  'killed in the middle of deleting, it finishes, verifies every message, and writes none twice',
  {
    timeout: 400_000,
  },
  async () => {
    const phish = (await emulator.request('/ground-truth/phish')) as {
      internetMessageId: string
      recipients: { immutableId: string }[]
    }
    const { id } = await cordon.call<{ id: string }>('POST', `${tenant}/investigations`, {
      name: 'Phish',
      filter: allOf({ 'internet-message-id': phish.internetMessageId }),
    })
    await until(
      () => cordon.call<{ state: string }>('GET', `${tenant}/investigations/${id}`),
      ({ state }) => state === 'done',
    )
    const plan = { action: 'delete-message', investigationId: id }
    const planned = await cordon.call<RunDetail>('POST', `${tenant}/action-runs`, plan)
    expect(planned.actionRun.targetsTotal).toBe(phish.recipients.length)
    const run = `${tenant}/action-runs/${planned.actionRun.id}`

    // Slow enough that a kill comes between the effect and its proof.
    await emulator.request('/faults', { rules: [{ match: { path: 'permanentDelete' }, do: { delayMs: 400 } }] })
    await cordon.call('POST', `${run}/execute`, { confirmTargets: planned.actionRun.targetsTotal })
    const read = () => cordon.call<RunDetail>('GET', run)
    // The deletions share a batch or two: with the intents written and no answer yet, they are under way.
    const midway = await until(read, (detail) => (detail.actionRun.targetsByState['intended'] ?? 0) > 0)
    expect(midway.actionRun.state).toBe('running')
    await cordon.killAndStart()

    const { actionRun, targets } = await until(read, (detail) => detail.actionRun.state !== 'running')
    expect(actionRun).toMatchObject({ state: 'done', targetsByState: { verified: phish.recipients.length } })
    expect(targets.map(({ objectId }) => objectId).toSorted()).toEqual(
      phish.recipients.map(({ immutableId }) => immutableId).toSorted(),
    )
    expect(new Set(targets.map((target) => target.id)).size).toBe(targets.length)
    // Independent of Cordon: the cloud itself has none of them any more.
    const left = (await emulator.request('/ground-truth/phish')) as { recipients: { folder: string | null }[] }
    expect(left.recipients.filter(({ folder: where }) => where === 'Inbox')).toEqual([])
  },
)

test('stopped in the ordinary way, it ends with exit code 0 and gives the data folder back', async () => {
  expect(await cordon.stopAndStart()).toBe(0)
  expect(await countStored()).toBe((await truth()).length)
})
