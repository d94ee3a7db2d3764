import { type Clock, isoTime } from '#domain/clock.ts'
import { COLLECTED_FILE_DAYS } from '#domain/collected-file.ts'
import type { TenantId } from '#domain/ids.ts'
import { daysOf } from '#domain/retention.ts'
import type { User } from '#domain/user.ts'
import type { EventStore } from '#store/event-store.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import type { Jobs } from './jobs.ts'

const DAY_MS = 24 * 3_600_000
/** How often what has become too old is deleted. */
const PASS_EVERY_MS = 3_600_000

/** How long a dataset's events are kept, and what there is of it. */
export interface DatasetRetention {
  dataset: string
  /** Absent: for ever. */
  days?: number
  /** Set for this dataset, not by the default. */
  own: boolean
  events: number
  oldest?: string
  /** Events older than that, which are still there. */
  expired: number
}

/** How long events are kept, by tenant and dataset; and the deleting of those that are older, and of files from devices that are. */
export interface Retention {
  read(tenantId: TenantId): Promise<{ days?: number; datasets: DatasetRetention[]; appliedAt?: string }>
  /** Of a dataset, or of the default. `null`: no setting. A pass begins at once. */
  set(
    by: User,
    tenantId: TenantId,
    setting: { dataset?: string | undefined; days: number | null },
  ): ReturnType<Retention['read']>
  /** Deletes what is too old in every tenant: once now, and from then on every hour. The jobs must have been started. */
  start(): Promise<void>
}

export function createRetention(parts: {
  events: EventStore
  records: Pick<RecordStore, 'retention' | 'tenants' | 'collectedFiles'>
  audit: Audit
  clock: Clock
  jobs: Jobs
  /** How long files from devices are kept. */
  fileDays?: number
}): Retention {
  const { events, records, audit, clock, jobs, fileDays = COLLECTED_FILE_DAYS } = parts

  async function read(tenantId: TenantId): ReturnType<Retention['read']> {
    const [settings, stored] = await Promise.all([records.retention.read(tenantId), events.datasets(tenantId)])
    const names = new Set([...Object.keys(settings.datasets), ...stored.map(({ dataset }) => dataset)])
    const datasets = [...names].toSorted().map(async (dataset): Promise<DatasetRetention> => {
      const days = daysOf(settings, dataset)
      const found = stored.find((each) => each.dataset === dataset)
      return {
        dataset,
        ...(days !== undefined && { days }),
        own: Object.hasOwn(settings.datasets, dataset),
        events: found?.events ?? 0,
        ...(found && { oldest: found.oldest }),
        expired: days === undefined ? 0 : await events.countBefore(tenantId, { dataset, before: cutoff(days) }),
      }
    })
    const { days, appliedAt } = settings
    return {
      ...(days !== undefined && { days }),
      datasets: await Promise.all(datasets),
      ...(appliedAt !== undefined && { appliedAt }),
    }
  }

  const cutoff = (days: number) => isoTime(clock.now() - days * DAY_MS)

  async function apply(tenantId: TenantId): Promise<void> {
    const { datasets } = await read(tenantId)
    for (const { dataset, days, expired } of datasets) {
      if (days === undefined || expired === 0) continue
      const before = cutoff(days)
      await events.removeBefore(tenantId, { dataset, before })
      await audit('system', 'retention.apply', { dataset, days, before, events: expired }, tenantId)
    }
    const before = cutoff(fileDays)
    const files = await records.collectedFiles.removeBefore(tenantId, before)
    if (files > 0) await audit('system', 'collected-file.expire', { days: fileDays, before, files }, tenantId)
    await records.retention.noteApplied(tenantId, isoTime(clock.now()))
  }

  // With the hour: the job of the pass before is itself still running when it asks for the next.
  const passIn = (afterMs: number) =>
    jobs.send('retention', {}, { key: isoTime(clock.now() + afterMs).slice(0, 13), afterMs })

  return {
    read,

    async set(by, tenantId, { dataset, days }) {
      const settings = await records.retention.read(tenantId)
      const before = (dataset === undefined ? settings.days : settings.datasets[dataset]) ?? null
      await records.retention.set(tenantId, dataset, days ?? undefined)
      await audit(by.name, 'retention.set', { dataset: dataset ?? null, days, before }, tenantId)
      await jobs.send('retention-now', { tenantId })
      return read(tenantId)
    },

    async start() {
      const tenantOf = (data: unknown) => (data as { tenantId: TenantId }).tenantId
      await jobs.work('retention-now', { concurrency: 1 }, (data) => apply(tenantOf(data)))
      await jobs.work('retention', { concurrency: 1 }, async (_data, signal) => {
        await passIn(PASS_EVERY_MS)
        for (const { id } of await records.tenants.list()) {
          signal.throwIfAborted()
          await apply(id)
        }
      })
      await passIn(0)
    },
  }
}
