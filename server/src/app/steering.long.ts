import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { Investigation } from '#domain/investigation.ts'
import { allOf } from '#domain/mail-filter.ts'

import { type HuntingCordon, startHuntingCordon } from './testing/hunting-cordon.ts'

/** A company of several chunks, where people pause, resume, stop and repeat an investigation while it is at work. */

const Phish = z.object({
  internetMessageId: z.string(),
  recipients: z.array(z.object({ userPrincipalName: z.string() })),
})
const Users = z.object({ value: z.array(z.object({ id: z.string(), department: z.string().nullable() })) })

let cordon: HuntingCordon
let phish: z.infer<typeof Phish>
let departments: string[]

beforeAll(async () => {
  cordon = await startHuntingCordon({ emulator: ['--org', '5000', '--throttle', 'off', '--latency', '15'] })
  phish = Phish.parse(await cordon.emulator.request('/ground-truth/phish'))
  const microsoft = cordon.emulator.client()
  const path = '/v1.0/users?$select=id,department&$top=999'
  const { value } = await microsoft.json({ api: 'graph', path, what: 'Could not list.' }, Users)
  const byDepartment = [
    ...Map.groupBy(
      value.filter(({ department }) => department !== null),
      ({ department }) => department!,
    ),
  ]
  departments = byDepartment.slice(0, 3).map(([department]) => department)
})
afterAll(() => cordon?.stop())

const filter = () => allOf({ 'internet-message-id': phish.internetMessageId })
/** Some eight chunks. */
const large = () =>
  cordon.start({ name: 'Large', method: 'scan', filter: filter(), targets: { kind: 'departments', departments } })
const searched = (id: string) => cordon.mailboxes(id).then((all) => all.filter(({ state }) => state === 'searched'))
const small = async () => {
  const users = phish.recipients.slice(0, 3).map(({ userPrincipalName }) => userPrincipalName)
  const { id } = await cordon.start({
    name: 'Small',
    method: 'scan',
    filter: filter(),
    targets: { kind: 'users', users },
  })
  return cordon.ended(id)
}
const underWay = ({ state, mailboxesDone, mailboxesTotal }: Investigation) =>
  state === 'running' && mailboxesDone > 0 && mailboxesDone < mailboxesTotal
const read = (id: string) => cordon.app.investigations.read(cordon.tenantId, id)
const pause = (id: string) => cordon.app.investigations.pause(cordon.user, cordon.tenantId, id)
const resume = (id: string) => cordon.app.investigations.resume(cordon.user, cordon.tenantId, id)
const stop = (id: string) => cordon.app.investigations.stop(cordon.user, cordon.tenantId, id)

/** It found all there is, in all mailboxes, each with one end. */
async function isWhole(id: string): Promise<Investigation> {
  const ended = await cordon.ended(id)
  expect(ended).toMatchObject({ state: 'done', mailboxesFailed: 0 })
  expect(ended.mailboxesDone).toBe(ended.mailboxesTotal)
  const { counts } = await cordon.app.investigations.mailboxes(cordon.tenantId, id, { limit: 1 })
  expect((counts.searched ?? 0) + (counts['no-mailbox'] ?? 0)).toBe(ended.mailboxesTotal)
  return ended
}

describe('an investigation under way', () => {
  it('lets a small one by: it ends while most of the large one waits', async () => {
    const { id } = await cordon.start({ name: 'Everybody', method: 'scan', filter: filter() })
    const begun = await cordon.when(id, underWay)
    expect(await small()).toMatchObject({ state: 'done', hits: 3 })
    const meanwhile = await read(id)
    expect(meanwhile).toMatchObject({ state: 'running' })
    // Not more than the chunks that were under way or queued before it.
    expect(meanwhile.mailboxesDone - begun.mailboxesDone).toBeLessThan(2000)
    expect(meanwhile.mailboxesDone).toBeLessThan(meanwhile.mailboxesTotal / 2)
    await stop(id)
    await cordon.ended(id)
  })

  it('holds when it is paused, goes on when it is resumed, twice each, and searches no mailbox again', async () => {
    const { id } = await large()
    const done = new Map<string, string | undefined>()
    for (let round = 0; round < 2; round++) {
      await cordon.when(id, underWay)
      expect((await pause(id)).state).toBe('paused')
      expect((await pause(id)).state).toBe('paused')
      const held = await stillness(id)
      expect(held).toMatchObject({ state: 'paused' })
      expect(held.mailboxesDone).toBeLessThan(held.mailboxesTotal)
      for (const { userId, searchedAt } of await searched(id)) if (!done.has(userId)) done.set(userId, searchedAt)
      expect((await resume(id)).state).toBe('running')
      await expect(resume(id)).rejects.toMatchObject({ code: 'INVESTIGATION_STATE_WRONG' })
    }
    await isWhole(id)
    const times = new Map((await searched(id)).map(({ userId, searchedAt }) => [userId, searchedAt]))
    expect(done.size).toBeGreaterThan(0)
    for (const [userId, searchedAt] of done) expect(times.get(userId)).toBe(searchedAt)
  })

  it('is not left behind when it is paused and resumed in one breath, again and again', async () => {
    const { id } = await large()
    await cordon.when(id, underWay)
    for (let round = 0; round < 10; round++) {
      expect((await pause(id)).state).toBe('paused')
      expect((await resume(id)).state).toBe('running')
    }
    await isWhole(id)
  })

  it('stops, twice is once, and accounts for the mailboxes not searched', async () => {
    const { id } = await large()
    await cordon.when(id, underWay)
    expect((await stop(id)).state).toBe('stopping')
    await stop(id)
    const ended = await cordon.ended(id)
    expect(ended.state).toBe('stopped')
    expect(ended.mailboxesDone).toBe(ended.mailboxesTotal)
    const { counts } = await cordon.app.investigations.mailboxes(cordon.tenantId, id, { limit: 1 })
    expect(counts.skipped).toBeGreaterThan(0)
    expect(counts.waiting).toBeUndefined()
    expect(await stop(id)).toEqual(ended)
    await expect(pause(id)).rejects.toMatchObject({ code: 'INVESTIGATION_STATE_WRONG' })
  })

  it('stops out of a pause', async () => {
    const { id } = await large()
    await cordon.when(id, underWay)
    await pause(id)
    await stop(id)
    expect((await cordon.ended(id)).state).toBe('stopped')
  })

  it('is repeated over what is there now, also while it runs and twice at once', async () => {
    const { id } = await large()
    await cordon.when(id, underWay)
    const again = () => cordon.app.investigations.duplicate(cordon.user, cordon.tenantId, id)
    const copies = await Promise.all([again(), again()])
    const ended = await isWhole(id)
    for (const copy of copies) {
      expect(copy).toMatchObject({ name: 'Large (again)', mailboxesDone: 0 })
      expect(copy.id).not.toBe(id)
      const { mailboxesTotal, hits } = await isWhole(copy.id)
      expect({ mailboxesTotal, hits }).toEqual({ mailboxesTotal: ended.mailboxesTotal, hits: ended.hits })
    }
  })

  it('goes on where its connection is tested meanwhile, and misses nothing', async () => {
    const { id } = await large()
    await cordon.when(id, underWay)
    expect(await cordon.app.connections.test(cordon.user, cordon.connectionId)).not.toMatchObject({ status: 'failed' })
    await isWhole(id)
    // It was hit: some work was put off, and nothing came of that.
    expect(cordon.logged.map(({ why }) => why)).toContain('The connection to Microsoft was closed.')
  })
})

/** How it stands once nothing of it is under way any more: while others run from beginning to end, it does not move. */
async function stillness(id: string): Promise<Investigation> {
  for (let before = await read(id); ;) {
    await small()
    const now = await read(id)
    if (now.mailboxesDone === before.mailboxesDone) return now
    before = now
  }
}
