import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'

import { allOf } from '#domain/mail-filter.ts'

import { type HuntingCordon, startHuntingCordon } from './testing/hunting-cordon.ts'

const Phish = z.object({ internetMessageId: z.string(), recipients: z.array(z.object({ userId: z.string() })) })

let cordon: HuntingCordon
beforeAll(async () => {
  cordon = await startHuntingCordon({ emulator: ['--throttle', 'off'] })
})
afterAll(() => cordon?.stop())

it(
  'all mailboxes, all time, every text read: it ends, in bounded memory, and lets others by',
  {
    timeout: 320_000,
  },
  async () => {
    const { internetMessageId, recipients } = Phish.parse(await cordon.emulator.request('/ground-truth/phish'))
    const before = process.memoryUsage().rss
    let most = before
    const look = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
    const { id } = await cordon.start({ filter: allOf({ body: 'no mail has these words' }) })
    await cordon.when(id, ({ state, mailboxesTotal }) => state === 'running' && mailboxesTotal > 0)
    const users = recipients.slice(0, 5).map(({ userId }) => userId)
    const other = await cordon.start({
      method: 'scan',
      filter: allOf({ 'internet-message-id': internetMessageId }),
      targets: { kind: 'users', users },
    })
    expect(await cordon.ended(other.id)).toMatchObject({ state: 'done', hits: 5 })
    expect((await cordon.app.investigations.read(cordon.tenantId, id)).state).toBe('running')
    const ended = await cordon.ended(id)
    clearInterval(look)
    expect(ended).toMatchObject({ state: 'done', hits: 0, mailboxesFailed: 0 })
    expect(ended.mailboxesDone).toBe(ended.mailboxesTotal)
    expect((most - before) / 2 ** 20, 'megabytes more than before').toBeLessThan(400)
  },
)
