import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { readFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { systemClock } from '#domain/clock.ts'
import { testItem } from '#forward/test-event.ts'
import { newTenant } from '#store/testing/test-event.ts'

import { files } from './destination.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function open(options: object = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-forward-'))
  folders.push(folder)
  const path = join(folder, 'siem')
  const again = () =>
    files.open({
      tenantId: newTenant(),
      options: files.options.parse({ folder: 'siem', ...options }),
      folder,
      clock: systemClock,
    })
  const idsIn = (name: string) =>
    readFileSync(join(path, name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { event: { id: string } }).event.id)
  return { path, again, idsIn, signal: new AbortController().signal }
}

const several = (count: number, padding = '') =>
  Array.from({ length: count }, () => {
    const item = testItem(newTenant(), systemClock.now())
    return { ...item, document: JSON.stringify({ ...JSON.parse(item.document), padding }) }
  })
const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id)

describe('destination files', () => {
  it('writes a line an event, and goes on behind them after a restart', async () => {
    const { again, idsIn, signal } = await open()
    const [first, second] = [several(3), several(2)]
    await again().send(first, signal)
    await again().send(second, signal)
    expect(idsIn('events.ndjson')).toEqual(idsOf([...first, ...second]))
  })

  it.each(['{"event":{"id":"half', 'x'.repeat(200_000)])(
    'cuts off a line that a crash left unfinished',
    async (half) => {
      const { path, again, idsIn, signal } = await open()
      const [first, second] = [several(2), several(2)]
      await mkdir(path)
      await writeFile(join(path, 'events.ndjson'), first.map(({ document }) => `${document}\n`).join('') + half)
      await again().send(second, signal)
      expect(idsIn('events.ndjson')).toEqual(idsOf([...first, ...second]))
    },
  )

  it('lets two write in turn: no line is torn', async () => {
    const { again, idsIn, signal } = await open()
    const batches = Array.from({ length: 6 }, () => several(20, 'x'.repeat(20_000)))
    await Promise.all(batches.map((batch) => again().send(batch, signal)))
    expect(idsIn('events.ndjson')).toEqual(batches.flatMap(idsOf))
  })

  it('closes a file at its size, keeps as many as it should, and loses no line of those', async () => {
    const { path, again, idsIn, signal } = await open({ maxMegabytes: 1, keepFiles: 3 })
    const sender = again()
    const batches = Array.from({ length: 6 }, () => several(11, 'x'.repeat(100_000)))
    for (const batch of batches) await sender.send(batch, signal)
    const names = (await readdir(path)).sort()
    expect(names).toHaveLength(3)
    expect(names.flatMap(idsIn)).toEqual(batches.slice(3).flatMap(idsOf))
    await sender.send(batches[0]!, signal)
    expect((await readdir(path)).length).toBeLessThanOrEqual(4)
  })

  it('says that it cannot write, and why', async () => {
    const { path, again, signal } = await open()
    await appendFile(path, 'a file where the folder should be')
    await expect(again().send(several(1), signal)).rejects.toMatchObject({
      code: 'APP_DATA_UNWRITABLE',
      retry: 'backoff',
    })
    expect(existsSync(join(path, 'events.ndjson'))).toBe(false)
    expect(await readFile(path, 'utf8')).toContain('a file')
  })

  it.each(['..', '../x', '/etc', 'a/b', '', '.hidden'])('refuses the folder %j', (folder) =>
    expect(files.options.safeParse({ folder }).success).toBe(false),
  )
})
