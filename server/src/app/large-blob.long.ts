import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { startEmulator } from '#connect/testing/start-emulator.ts'

import { startCordonProcess, until } from './testing/cordon-process.ts'

/** The largest blob that somebody reported of a live tenant. */
const BLOB_BYTES = 68_000_000
const PATIENCE_MS = 300_000
const FEED = 'management-activity.DLP.All'
const RANGE = { from: '2020-01-01T00:00:00Z', to: '2040-01-01T00:00:00Z' }
const why = existsSync('/proc/self/clear_refs') ? undefined : 'only Linux tells of another process’ memory'

interface Window {
  until: string
  counts: { kept: number }
}

test.skipIf(why)(
  `a blob of 68 MB costs the process that collects it at most half as much again as its size${why ? `: skipped, ${why}` : ''}`,
  { timeout: 900_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cordon-blob-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const emulator = await startEmulator(['--no-live', '--throttle', 'off', '--scenario', 'none', '--org', '200'])
    onTestFinished(() => emulator.stop())
    const { id, applications } = emulator.tenants[0]!
    const start = () => startCordonProcess(join(folder, 'data'), emulator.cloudFile)
    let cordon = await start()
    const connection = await cordon.call<{ id: string }>('POST', '/connections', {
      name: 'Emulated',
      cloud: 'emulated',
      directoryId: id,
      clientId: applications[0]!.clientId,
      credential: { kind: 'secret', secret: applications[0]!.secret },
      feeds: [FEED],
    })
    const kept = async () => {
      const path = `/tenants/${id}/coverage?${new URLSearchParams(RANGE)}`
      const { windows } = await cordon.call<{ windows: Window[] }>('GET', path)
      return windows.reduce((total, { counts }) => total + counts.kept, 0)
    }
    const isCurrent = async () => {
      const { feeds } = await cordon.call<{ feeds: { connectionId: string; until?: string }[] }>(
        'GET',
        `/tenants/${id}/overview`,
      )
      return feeds.find(({ connectionId }) => connectionId === connection.id)?.until
    }
    await until(isCurrent, (edge) => edge !== undefined, PATIENCE_MS)
    expect(await cordon.stop()).toBe(0)

    // A process that has collected nothing yet, and is idle but for asking.
    cordon = await start()
    onTestFinished(async () => void (await cordon.stop()))
    const begun = await isCurrent()
    await until(isCurrent, (edge) => edge! > begun!)
    const before = await kept()
    const idle = memoryOf(cordon.pid, 'VmRSS')
    // From here on: compiling PGlite at the start took more.
    forgetPeak(cordon.pid)

    for (const records of [30_000, 300]) {
      const already = await kept()
      const recordBytes = Math.floor(BLOB_BYTES / records)
      await emulator.request('/audit-content', { contentType: 'DLP.All', records, recordBytes })
      await until(kept, (count) => count >= already + records, PATIENCE_MS)
      const peak = memoryOf(cordon.pid, 'VmHWM')
      const ratio = (peak - idle) / BLOB_BYTES
      process.stdout.write(`${records} records: idle ${idle / 1e6} MB, peak ${peak / 1e6} MB, ratio ${ratio}\n`)
      expect(ratio).toBeLessThan(1.5)
    }
    expect(await kept()).toBe(before + 30_300)
  },
)

function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
}

/** The highest that {@link memoryOf} tells is then the highest since now. */
function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}
