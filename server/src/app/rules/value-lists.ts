import { listsOf } from '#detect/sigma/lists.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { User } from '#domain/user.ts'
import {
  type FilledList,
  hasWildcard,
  LIST_VALUES_MAX,
  LIST_WILDCARDS_MAX,
  type ListedValue,
} from '#domain/value-list.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from '#app/audit.ts'

import type { RuleBook } from './rule-book.ts'

export interface ValueListDetail extends Omit<FilledList, 'values'> {
  values: (ListedValue & { isExpired: boolean })[]
  /** Rules that look it up, switched on or not. */
  usedBy: { id: string; title: string }[]
}

export interface ListChange {
  /** A value that is there already is written anew. */
  add: readonly { value: string; note?: string | undefined; expiresAt?: string | undefined }[]
  remove: readonly string[]
}

/** The lists that a tenant's rules look up by name. What changes counts from the next event on, in every process. */
export interface ValueLists {
  list(tenantId: TenantId): Promise<ValueListDetail[]>
  /** @throws AppError LIST_NOT_FOUND. */
  read(tenantId: TenantId, name: string): Promise<ValueListDetail>
  /** @throws AppError LIST_NAME_TAKEN. */
  create(by: User, tenantId: TenantId, list: { name: string; description: string }): Promise<ValueListDetail>
  /**
   * Removes, then adds.
   *
   * @throws AppError LIST_NOT_FOUND; LIST_FULL, and then nothing is added, or changed at all where the wildcards are too many.
   */
  change(by: User, tenantId: TenantId, name: string, change: ListChange): Promise<ValueListDetail>
  /** Rules that look it up then find nothing, and say so. @throws AppError LIST_NOT_FOUND. */
  remove(by: User, tenantId: TenantId, name: string): Promise<void>
}

export function createValueLists(parts: {
  book: RuleBook
  records: Pick<RecordStore, 'valueLists'>
  audit: Audit
  clock: Clock
}): ValueLists {
  const { book, records, audit, clock } = parts

  async function list(tenantId: TenantId): Promise<ValueListDetail[]> {
    const now = clock.now()
    const rules = book.of(tenantId).set.rules.map(({ id, title, expression }) => ({
      rule: { id, title },
      names: new Set(listsOf(expression)),
    }))
    return (await records.valueLists.list(tenantId)).map((each) => ({
      ...each,
      values: each.values.map((value) => ({
        ...value,
        isExpired: value.expiresAt !== undefined && Date.parse(value.expiresAt) <= now,
      })),
      usedBy: rules.filter(({ names }) => names.has(each.name)).map(({ rule }) => rule),
    }))
  }

  async function read(tenantId: TenantId, name: string): Promise<ValueListDetail> {
    const found = (await list(tenantId)).find((each) => each.name === name)
    if (!found) throw notFound(name)
    return found
  }

  return {
    list,
    read,

    async create(by, tenantId, { name, description }) {
      const createdAt = isoTime(clock.now())
      if (!(await records.valueLists.create({ tenantId, name, description, createdBy: by.name, createdAt }))) {
        throw new AppError({
          code: 'LIST_NAME_TAKEN',
          what: 'The list was not made.',
          why: `The tenant has a list ${name} already.`,
          fix: 'Choose another name, or add values to that one.',
        })
      }
      await audit(by.name, 'value-list.create', { name }, tenantId)
      await book.refresh()
      return read(tenantId, name)
    },

    async change(by, tenantId, name, { add, remove }) {
      const before = await read(tenantId, name)
      const addedAt = isoTime(clock.now())
      const values = add.map(({ value, note, expiresAt }): ListedValue => {
        const more = { ...(note !== undefined && { note }), ...(expiresAt !== undefined && { expiresAt }) }
        return { value, ...more, addedBy: by.name, addedAt }
      })
      const kept = before.values.map(({ value }) => value).filter((value) => !remove.includes(value))
      const wild = new Set([...kept, ...add.map(({ value }) => value)].filter(hasWildcard)).size
      if (wild > LIST_WILDCARDS_MAX) throw tooWild(name, wild)
      const removed = remove.length > 0 ? await records.valueLists.drop(tenantId, name, remove) : 0
      const isAdded = values.length === 0 || (await records.valueLists.add(tenantId, name, values, LIST_VALUES_MAX))
      const added = isAdded ? values.map(({ value }) => value) : []
      if (removed > 0 || added.length > 0) {
        await audit(by.name, 'value-list.change', { name, added, removed: [...remove] }, tenantId)
        await book.refresh()
      }
      if (!isAdded) throw full(name, before.values.length - removed, values.length)
      return read(tenantId, name)
    },

    async remove(by, tenantId, name) {
      const { values } = await read(tenantId, name)
      if (!(await records.valueLists.remove(tenantId, name))) throw notFound(name)
      await audit(by.name, 'value-list.remove', { name, values: values.length }, tenantId)
      await book.refresh()
    },
  }
}

function notFound(name: string): AppError {
  return new AppError({
    code: 'LIST_NOT_FOUND',
    what: 'Could not find the list.',
    why: `The tenant has no list ${name}; names are told apart by case.`,
    fix: 'Choose one of those that `npx cordon lists list` names, or make it: `npx cordon lists create <name>`.',
  })
}

function full(name: string, there: number, given: number): AppError {
  return new AppError({
    code: 'LIST_FULL',
    what: 'The values were not added.',
    why: `${name} has ${there} and was to get ${given}; a list holds ${LIST_VALUES_MAX}, as each becomes part of every rule that names it.`,
    fix: 'Take values off that are no longer wanted, or make a second list and name both in the rule.',
  })
}

function tooWild(name: string, wild: number): AppError {
  return new AppError({
    code: 'LIST_FULL',
    what: 'The list was not changed.',
    why: `${name} would have ${wild} values with wildcards (* or ?), which are tried on every event; ${LIST_WILDCARDS_MAX} are allowed.`,
    fix: String.raw`Where * or ? stand for themselves, as ? in a URL does, write \* and \?.`,
  })
}
