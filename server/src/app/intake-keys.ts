import { randomUUID } from 'node:crypto'

import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { IntakeKey } from '#domain/intake-key.ts'
import type { User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { checkDataset } from './normalize.ts'
import { hashToken, randomToken } from './passwords.ts'

/** Tells programs that look for leaked secrets, and people, what it is. */
const PREFIX = 'cordon-intake-'
const DAY_MS = 24 * 3_600_000

/** Keys with which programs push records. Each opens one tenant for one dataset, and nothing can be read with it. */
export interface IntakeKeys {
  /** `key` is shown here and never again. @throws AppError DATASET_NAME_UNKNOWN. */
  create(
    by: User,
    tenantId: TenantId,
    request: { name: string; dataset: string; days?: number | undefined },
  ): Promise<IntakeKey & { key: string }>
  list(tenantId: TenantId): Promise<IntakeKey[]>
  /** @throws AppError INTAKE_KEY_NOT_FOUND. */
  remove(by: User, tenantId: TenantId, id: string): Promise<void>
  /** What a key opens. @throws AppError AUTH_INTAKE_KEY_REFUSED. */
  open(key: string | undefined): Promise<IntakeKey>
}

export function createIntakeKeys(records: Pick<RecordStore, 'intakeKeys'>, clock: Clock, audit: Audit): IntakeKeys {
  return {
    async create(by, tenantId, { name, dataset, days }) {
      checkDataset(dataset)
      const now = clock.now()
      const made: IntakeKey = {
        tenantId,
        id: randomUUID(),
        name,
        dataset,
        createdAt: isoTime(now),
        ...(days !== undefined && { expiresAt: isoTime(now + days * DAY_MS) }),
      }
      const key = PREFIX + randomToken()
      await records.intakeKeys.create({ ...made, keyHash: hashToken(key) })
      const { id, expiresAt } = made
      await audit(by.name, 'intake-key.create', { id, name, dataset, expiresAt: expiresAt ?? null }, tenantId)
      return { ...made, key }
    },

    list: (tenantId) => records.intakeKeys.list(tenantId),

    async remove(by, tenantId, id) {
      if (!(await records.intakeKeys.remove(tenantId, id))) throw unknown(id)
      await audit(by.name, 'intake-key.remove', { id }, tenantId)
    },

    async open(key) {
      const found = key === undefined ? undefined : await records.intakeKeys.find(hashToken(key))
      if (!found) throw refused(key === undefined ? 'The request has no intake key.' : 'The intake key is not known.')
      const { name, expiresAt } = found
      if (expiresAt !== undefined && expiresAt <= isoTime(clock.now())) {
        throw refused(`The intake key "${name}" expired on ${expiresAt}.`)
      }
      return found
    },
  }
}

function refused(why: string): AppError {
  return new AppError({
    code: 'AUTH_INTAKE_KEY_REFUSED',
    what: 'The records were not taken.',
    why,
    fix: 'Make a key with `npx cordon intake-keys create` and send it as `Authorization: Bearer …` or `X-Intake-Key: …`.',
  })
}

function unknown(id: string): AppError {
  return new AppError({
    code: 'INTAKE_KEY_NOT_FOUND',
    what: 'The intake key was not removed.',
    why: `The tenant has no intake key ${id}.`,
    fix: 'List its keys with `npx cordon intake-keys list`.',
  })
}
