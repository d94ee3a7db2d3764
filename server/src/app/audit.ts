import { isDeepStrictEqual } from 'node:util'

import { type ChainedEntry, GENESIS } from '#domain/audit.ts'
import { type AuditBreak, type AuditVerification, verifyChain } from '#domain/audit-verification.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { User } from '#domain/user.ts'
import type { AuditFilter, RecordStore } from '#store/record-store.ts'

import type { Download } from './evidence.ts'
import { currentOrigin } from './origin.ts'

/** Who acts: a user by name, or the server itself. */
export type Actor = string

/** Writes down who changed what. `detail` names what it was done to, and holds no secret. */
export type Audit = (
  actor: Actor,
  action: string,
  detail: Record<string, unknown>,
  tenantId?: TenantId,
) => Promise<void>

/** What a change came to: properties as they are now, and under `before` as they were; those that stayed are left out. */
export function differenceOf<Of, Property extends keyof Of>(
  before: Pick<Of, Property>,
  after: Pick<Of, Property>,
  properties: readonly Property[],
): Record<string, unknown> {
  const changed = properties.filter((property) => !isDeepStrictEqual(before[property], after[property]))
  const of = (state: Pick<Of, Property>) =>
    Object.fromEntries(changed.map((property) => [property, state[property] ?? null]))
  return { ...of(after), before: of(before) }
}

/** Names under which the server acts by itself; work that a request began does not come from there any more. */
const SERVER: ReadonlySet<Actor> = new Set(['system', 'Cordon'])

export function createAudit(records: Pick<RecordStore, 'audit'>, clock: Clock): Audit {
  return (actor, action, detail, tenantId) => {
    const origin = SERVER.has(actor) ? undefined : currentOrigin()
    const entry = { at: isoTime(clock.now()), actor, action, detail }
    return records.audit.append({ ...entry, ...(tenantId && { tenantId }), ...(origin && { origin }) })
  }
}

/** The audit log as administrators read it. */
export interface AuditLog {
  /** Newest first; of the whole installation without a tenant. */
  list(tenantId: TenantId | undefined, limit: number, filter: AuditFilter): Promise<ChainedEntry[]>
  /** Walks the whole log. */
  verify(): Promise<AuditVerification & { seal: 'whole' | 'missing' | 'broken' }>
  /** NDJSON, oldest first. The whole log ends with a line that says where the chain ends, and can be verified without Cordon. */
  export(by: User, tenantId?: TenantId): Promise<Download>
}

export function createAuditLog(records: Pick<RecordStore, 'audit'>, clock: Clock, audit: Audit): AuditLog {
  const { walk, head, placeOf, list } = records.audit
  return {
    list,

    async verify() {
      const end = await head()
      if (!end)
        return { entries: 0, head: GENESIS, seal: 'missing', broken: brokenHead(0, 'The head of the log is gone.') }
      const { sequence, newest, seal } = end
      const result = { ...(await verifyChain(walk(sequence), end, placeOf)), seal }
      if (result.broken) return result
      if (newest > sequence) {
        const what = `The log ends with entry ${sequence}; what stands behind it was put there.`
        return { ...result, broken: { kind: 'inserted', sequence: sequence + 1, what } }
      }
      if (seal !== 'broken') return result
      const what = 'The head of the log was not sealed with a key of this installation: newer entries may be gone.'
      return { ...result, broken: brokenHead(sequence, what) }
    },

    async export(by, tenantId) {
      await audit(by.name, 'audit.export', {}, tenantId)
      return {
        name: `cordon-audit-${isoTime(clock.now()).slice(0, 10)}.ndjson`,
        mediaType: 'application/x-ndjson',
        bytes: ReadableStream.from(lines(tenantId)).pipeThrough(new TextEncoderStream()),
      }
    },
  }

  async function* lines(tenantId: TenantId | undefined) {
    const end = (await head()) ?? GENESIS
    for await (const entry of walk(end.sequence))
      if (tenantId === undefined || entry.tenantId === tenantId) yield `${JSON.stringify(entry)}\n`
    const { sequence, hash } = end
    if (tenantId === undefined) yield `${JSON.stringify({ head: { sequence, hash } })}\n`
  }
}

const brokenHead = (sequence: number, what: string): AuditBreak => ({ kind: 'head', sequence, what })
