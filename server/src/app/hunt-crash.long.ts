import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'

import { allOf } from '#domain/mail-filter.ts'
import type { Investigation } from '#domain/investigation.ts'

import { startConnectedCordon } from './testing/connected-cordon.ts'
import { until } from './testing/cordon-process.ts'

/**
 * `kill -9` on the whole product in the middle of a hunt and of a purge, while Microsoft carries out what it is asked and
 * drops the answer, again and again. The emulated cloud knows what was there and what is left.
 */

const Phish = z.object({
  internetMessageId: z.string(),
  recipients: z.array(z.object({ userId: z.string(), immutableId: z.string(), folder: z.string().nullable() })),
})
/** Before each answer some time passes, so that a kill comes between an effect and its proof. */
const SLOW = { match: { service: 'graph', path: '/(messages|permanentDelete)' }, do: { delayMs: 60 } }
const drop = (seed: number, probability: number) => ({
  match: { service: 'graph', path: 'batch', probability, seed },
  do: { dropAfterCommit: true },
})

/** These mailboxes are busy for as long as the rule stands, so that a kill never comes after the end, however slow the machine. */
const busy = (userIds: readonly string[], path: string) => ({
  match: { service: 'graph', path: `/users/(${userIds.join('|')})/.*${path}` },
  do: { status: 503, headers: { 'Retry-After': '10' } },
})

const cordon = await startConnectedCordon({ emulator: ['--org', '1200'], feeds: [] })
const { emulator, tenant } = cordon
afterAll(() => cordon.close())
/** No more faults; until here there were some. */
async function dropped(): Promise<void> {
  const { rules } = (await emulator.request('/faults')) as { rules: { struck: number }[] }
  await emulator.request('/faults', undefined, 'DELETE')
  expect(rules[0]!.struck).toBeGreaterThan(0)
}
const phish = async () => Phish.parse(await emulator.request('/ground-truth/phish'))
const placesOf = (copies: readonly { userId: string; messageId: string }[]) =>
  copies.map(({ userId, messageId }) => `${userId} ${messageId}`).toSorted()
/** Ids of every message of some mailboxes that have nothing to do with it, as an auditor reads them. */
async function bystanders(userIds: readonly string[], wanted: string): Promise<string[]> {
  const auditor = emulator.client({ application: emulator.tenants[0]!.applications[1]! })
  const found: string[] = []
  for (const userId of userIds) {
    const path = `/v1.0/users/${userId}/messages?$select=id,internetMessageId&$top=1000`
    const headers = { Prefer: 'IdType="ImmutableId"' }
    const item = z.object({ id: z.string(), internetMessageId: z.string() })
    for await (const messages of auditor.pages({ api: 'graph', path, headers, what: 'Could not audit.' }, item))
      found.push(...messages.flatMap(({ id, internetMessageId }) => (internetMessageId === wanted ? [] : [id])))
  }
  return found.toSorted()
}

interface RunDetail {
  actionRun: { id: string; state: string; targetsTotal: number; targetsByState: Record<string, number> }
  targets: { id: string; lane: string; objectId: string; state: string }[]
}

it(
  'killed in the middle of searching and of purging, it misses nothing, removes nothing else, and nothing twice (Keepnet: hunt ended before all inboxes were read; same user scanned twice after a restart)',
  {
    timeout: 600_000,
  },
  async () => {
    const { internetMessageId, recipients } = await phish()
    const truth = placesOf(recipients.map(({ userId, immutableId }) => ({ userId, messageId: immutableId })))
    const victims = recipients.map(({ userId }) => userId)
    const others = await bystanders(victims, internetMessageId)

    await emulator.request('/faults', { rules: [drop(1, 0.1), busy(victims.slice(0, 1), 'messages'), SLOW] })
    const { id } = await cordon.call<{ id: string }>('POST', `${tenant}/investigations`, {
      name: 'Phish',
      method: 'scan',
      filter: allOf({ 'internet-message-id': internetMessageId }),
    })
    const investigation = () => cordon.call<Investigation>('GET', `${tenant}/investigations/${id}`)
    const times = async () => {
      const { mailboxes } = await cordon.call<{ mailboxes: { userId: string; searchedAt?: string }[] }>(
        'GET',
        `${tenant}/investigations/${id}/mailboxes?limit=10000&state=searched`,
      )
      return new Map(mailboxes.map(({ userId, searchedAt }) => [userId, searchedAt]))
    }
    const done: [string, string | undefined][] = []
    for (const share of [0.05, 0.4]) {
      const { state, mailboxesDone, mailboxesTotal } = await until(
        investigation,
        (now) => now.mailboxesTotal > 1000 && now.mailboxesDone >= now.mailboxesTotal * share,
      )
      // It was at work, neither before nor after.
      expect(state).toBe('running')
      expect(mailboxesDone).toBeLessThan(mailboxesTotal)
      done.push(...(await times()))
      await cordon.killAndStart()
    }
    await dropped()
    await emulator.request('/faults', { rules: [drop(2, 0.1), SLOW] })
    const ended = await until(investigation, ({ state }) => state !== 'running')
    expect(ended).toMatchObject({ state: 'done', mailboxesFailed: 0, hits: recipients.length })
    expect(ended.mailboxesDone).toBe(ended.mailboxesTotal)
    // Whoever was done is not searched again.
    const after = await times()
    expect(done.length).toBeGreaterThan(0)
    for (const [userId, searchedAt] of done) expect(after.get(userId)).toBe(searchedAt)
    const { hits } = await cordon.call<{ hits: { userId: string; messageId: string }[] }>(
      'GET',
      `${tenant}/investigations/${id}/hits`,
    )
    expect(placesOf(hits)).toEqual(truth)

    const plan = { action: 'delete-message', investigationId: id }
    const planned = await cordon.call<RunDetail>('POST', `${tenant}/action-runs`, plan)
    const run = `${tenant}/action-runs/${planned.actionRun.id}`
    await emulator.request('/faults', undefined, 'DELETE')
    await emulator.request('/faults', {
      rules: [
        drop(3, 0.3),
        busy(victims.slice(0, 3), 'permanentDelete'),
        { match: { path: 'permanentDelete' }, do: { delayMs: 400 } },
      ],
    })
    await cordon.call('POST', `${run}/execute`, { confirmTargets: planned.actionRun.targetsTotal })
    const read = () => cordon.call<RunDetail>('GET', run)
    for (const least of [1, 10]) {
      const { actionRun } = await until(read, (detail) => settled(detail.actionRun) >= least)
      expect(actionRun.state).toBe('running')
      await cordon.killAndStart()
    }
    await dropped()
    await emulator.request('/faults', { rules: [drop(4, 0.3)] })
    const { actionRun, targets } = await until(read, (detail) => detail.actionRun.state !== 'running')
    expect(actionRun).toMatchObject({ state: 'done', targetsByState: { verified: recipients.length } })
    // The journal has each copy once, and nothing but copies.
    expect(placesOf(targets.map(({ lane, objectId }) => ({ userId: lane, messageId: objectId })))).toEqual(truth)
    expect(new Set(targets.map((target) => target.id)).size).toBe(recipients.length)

    await emulator.request('/faults', undefined, 'DELETE')
    const left = (await phish()).recipients.filter(({ folder: where }, i) => where === recipients[i]!.folder)
    expect(left).toEqual([])
    expect(await bystanders(victims, internetMessageId)).toEqual(others)
    expect(cordon.kills).toBe(4)
  },
)

function settled({ targetsByState }: RunDetail['actionRun']): number {
  return (targetsByState['verified'] ?? 0) + (targetsByState['already-gone'] ?? 0)
}
