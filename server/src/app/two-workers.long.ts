import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { Pool } from 'pg'
import { expect, onTestFinished, test } from 'vitest'

import { startEmulator } from '#connect/testing/start-emulator.ts'
import { postgresMissing, startPostgres } from '#store/engines/postgres-server/testing/start-postgres.ts'

import { serveEventStore } from './stores.ts'
import { startCordonProcess, until } from './testing/cordon-process.ts'
import { countEvents, eventIds } from './testing/stored-events.ts'

/** `cordon up` and a `cordon worker` on one PostgreSQL and one event store, of which the worker dies in the middle. */

const PROGRAM = join(import.meta.dirname, '../cli/main.ts')
const CONTENT_TYPES = ['Audit.AzureActiveDirectory', 'Audit.Exchange', 'Audit.General', 'DLP.All']
const TAKEN_OVER_MS = 30_000

interface HeldFeed {
  feed: string
  holder: string
  token: string
}

const missing = postgresMissing()

test.skipIf(missing)(
  `two processes share the feeds, the worker is killed, the other takes over: none lost, none doubled${missing ? `: skipped, ${missing}` : ''}`,
  { timeout: 400_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cordon-two-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const emulator = await startEmulator(['--no-live', '--throttle', 'off'])
    onTestFinished(() => emulator.stop())
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const events = await serveEventStore({ host: '127.0.0.1', port: 0, data: join(folder, 'events') })
    onTestFinished(() => events.stop())
    const servers = {
      CORDON_POSTGRES_URL: postgres.url,
      CORDON_CLICKHOUSE_URL: events.url,
      CORDON_KEY_FILE: join(folder, 'cordon.key'),
    }
    const up = await startCordonProcess(join(folder, 'up'), emulator.cloudFile, servers)
    onTestFinished(() => up.kill())
    const worker = spawn(process.execPath, [PROGRAM, 'worker'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        CORDON_DATA: join(folder, 'worker'),
        CORDON_POLL_SECONDS: '1',
        CORDON_CLOUD_FILE: emulator.cloudFile,
        ...servers,
      },
    })
    const gone = once(worker, 'exit')
    onTestFinished(() => void worker.kill('SIGKILL'))
    const [line] = (await once(createInterface(worker.stdout), 'line')) as [string]
    expect(line).toContain('is working')
    const pool = new Pool({ connectionString: postgres.url, max: 1 })
    onTestFinished(() => pool.end())
    const heldFeeds = async () =>
      (
        await pool.query<HeldFeed>(
          // Other work is held in the same table, under another name of the same process.
          `select feed, holder, token from feed_leases where holder is not null and feed like 'management-activity.%'`,
        )
      ).rows
    const holders = (held: readonly HeldFeed[]) => [...new Set(held.map(({ holder }) => holder))]

    // Slow enough that the kill comes while both are reading.
    await emulator.request('/faults', { match: { path: '/audit/' }, do: { delayMs: 100 } })
    const { id, applications } = emulator.tenants[0]!
    const tenant = `/tenants/${id}`
    await up.call('POST', '/connections', {
      name: 'Emulated',
      cloud: 'emulated',
      directoryId: id,
      clientId: applications[0]!.clientId,
      credential: { kind: 'secret', secret: applications[0]!.secret },
      feeds: CONTENT_TYPES.map((each) => `management-activity.${each}`),
    })
    const contents = (await emulator.request('/ground-truth/audit')) as Record<string, { records: string[] }>
    const wanted = [
      ...new Set(CONTENT_TYPES.flatMap((each) => contents[each]!.records.map((record) => record.toLowerCase()))),
    ].toSorted()

    await until(
      () => countEvents(up, tenant),
      (stored) => stored > 500,
    )
    const held = await until(heldFeeds, (rows) => holders(rows).length === 2)
    worker.kill('SIGKILL')
    await gone
    const killedAt = Date.now()
    await emulator.request('/faults', undefined, 'DELETE')
    // The dead one's are those that the survivor had to take.
    await until(heldFeeds, (rows) => {
      const taken = held.filter((before) =>
        rows.some(
          ({ feed, token, holder }) => feed === before.feed && token > before.token && holder !== before.holder,
        ),
      )
      const dead = holders(taken)
      return dead.length === 1 && !rows.some(({ holder }) => holder === dead[0])
    })
    expect(Date.now() - killedAt).toBeLessThan(TAKEN_OVER_MS)
    process.stdout.write(`taken over after ${Date.now() - killedAt} ms\n`)

    await until(
      () => countEvents(up, tenant),
      (stored) => stored >= wanted.length,
    )
    expect((await eventIds(up, tenant)).toSorted()).toEqual(wanted)
    expect(await up.stop()).toBe(0)
  },
)
