import { randomUUID } from 'node:crypto'

import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { SavedSearch } from '#domain/saved-search.ts'
import { allows, type User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import { type Audit, differenceOf } from './audit.ts'

type Content = Pick<SavedSearch, 'name' | 'query' | 'from' | 'to' | 'columns'>

/** Searches that people keep. All who read the tenant's events see them; their owner and administrators change them. */
export interface SavedSearches {
  list(tenantId: TenantId): Promise<SavedSearch[]>
  /** @throws AppError SEARCH_NAME_TAKEN. */
  create(by: User, tenantId: TenantId, content: Content): Promise<SavedSearch>
  /** What is undefined stays. @throws AppError SEARCH_NOT_FOUND, SEARCH_NAME_TAKEN, AUTH_RIGHT_MISSING. */
  change(
    by: User,
    tenantId: TenantId,
    id: string,
    change: { [Key in keyof Content]?: Content[Key] | undefined },
  ): Promise<SavedSearch>
  /** @throws AppError SEARCH_NOT_FOUND, AUTH_RIGHT_MISSING. */
  remove(by: User, tenantId: TenantId, id: string): Promise<void>
}

export function createSavedSearches(
  records: Pick<RecordStore, 'savedSearches'>,
  clock: Clock,
  audit: Audit,
): SavedSearches {
  async function own(by: User, tenantId: TenantId, id: string): Promise<SavedSearch> {
    const search = await records.savedSearches.read(tenantId, id)
    if (!search) {
      throw new AppError({
        code: 'SEARCH_NOT_FOUND',
        what: 'The saved search was not changed.',
        why: `The tenant has no saved search ${id}.`,
        fix: 'Choose one of those on the Events page; somebody may have deleted it.',
      })
    }
    if (search.createdBy === by.name || allows(by.role, 'user.write')) return search
    throw new AppError({
      code: 'AUTH_RIGHT_MISSING',
      what: 'The saved search was not changed.',
      why: `It belongs to ${search.createdBy}.`,
      fix: 'Save a search of your own under another name, or ask its owner or an administrator.',
    })
  }

  return {
    list: (tenantId) => records.savedSearches.list(tenantId),

    async create(by, tenantId, content) {
      const now = isoTime(clock.now())
      const search = { ...content, tenantId, id: randomUUID(), createdBy: by.name, createdAt: now, updatedAt: now }
      if (!(await records.savedSearches.create(search))) throw nameTaken(content.name)
      await audit(by.name, 'saved-search.create', { id: search.id, name: search.name }, tenantId)
      return search
    },

    async change(by, tenantId, id, change) {
      const before = await own(by, tenantId, id)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      const search = { ...before, ...given, updatedAt: isoTime(clock.now()) }
      if (!(await records.savedSearches.change(search))) throw nameTaken(search.name)
      await audit(
        by.name,
        'saved-search.change',
        { id, ...differenceOf(before, search, ['name', 'query', 'from', 'to', 'columns']) },
        tenantId,
      )
      return search
    },

    async remove(by, tenantId, id) {
      const { name } = await own(by, tenantId, id)
      await records.savedSearches.remove(tenantId, id)
      await audit(by.name, 'saved-search.remove', { id, name }, tenantId)
    },
  }
}

function nameTaken(name: string): AppError {
  return new AppError({
    code: 'SEARCH_NAME_TAKEN',
    what: 'The search was not saved.',
    why: `The tenant has a saved search "${name}" already.`,
    fix: 'Choose another name, or change that one.',
  })
}
