import type { Tenant } from '#cloud.ts'

import { none } from './objects.ts'
import { replica } from './replicas.ts'
import type { Kind } from './objects.ts'
import type { Person } from './directory.ts'

/**
 * Users of the directory: the people that the tenant was born with, what clients changed about them, and those that clients
 * made. Reads show them as the directory's copies know them; writes go by what is true.
 */
export interface UserChanges {
  /** Properties written, by Graph's names. */
  set: Readonly<Record<string, unknown>>
  /** Object id of the manager; null for none. Absent while it is the one from birth. */
  manager?: string | null
  /** Times are tenant time, milliseconds. Set for a user that a client made. */
  createdAt?: number
  /** Set while in the recycle bin. */
  deletedAt?: number
  /** Gone for good: nothing is left to restore. */
  purged?: true
  sessionsValidFrom?: number
  passwordChangedAt?: number
  /** As last set by a client; the sign-in page asks for it where passwords are on. */
  password?: string
}

/** By object id. */
export const userChanges: Kind<UserChanges> = { name: 'user', born: none }

export interface User {
  id: string
  /** Undefined for one that a client made. */
  person: Person | undefined
  changes: UserChanges
}

/** How long a deleted user can be restored, milliseconds. */
export const RECYCLE_BIN = 30 * 86_400_000

const UNCHANGED: UserChanges = { set: {} }

/** Whose word counts: that of the copies that answer reads, or what was written last. */
export type View = 'read' | 'written'

/** All users, in order, with what finds them. */
export class Users {
  readonly #tenant: Tenant
  readonly #changesOf: (id: string) => UserChanges | undefined
  readonly #ids: () => Iterable<string>

  constructor(tenant: Tenant, view: View = 'read') {
    this.#tenant = tenant
    const objects = tenant.objects(userChanges)
    const copy = replica(tenant, userChanges)
    this.#changesOf = view === 'read' ? (id) => copy.find(id) : (id) => objects.find(id)
    this.#ids = () => objects.touchedIds
  }

  /** By object id, deleted ones included. */
  withDeleted(id: string): User | undefined {
    const key = id.toLowerCase()
    const found = this.#tenant.world.directory.find(key)
    const person = found?.id === key ? found : undefined
    const changes = this.#changesOf(key)
    if ((!person && !changes) || changes?.purged) return undefined
    if (changes?.deletedAt !== undefined && this.#tenant.now > changes.deletedAt + RECYCLE_BIN) return undefined
    return { id: key, person, changes: changes ?? UNCHANGED }
  }

  /** By object id or user principal name, in any case. */
  find(idOrName: string): User | undefined {
    const user = this.withDeleted(idOrName)
    if (user) return isDeleted(user) ? undefined : user
    return this.#named('userPrincipalName', idOrName, this.#tenant.world.directory.find(idOrName))
  }

  /** Those with this value, which is one of a few by which users are looked up; in any case. */
  having(field: 'id' | 'userPrincipalName' | 'mail' | 'proxyAddresses', value: string): User[] {
    const { directory } = this.#tenant.world
    const address = field === 'proxyAddresses' ? value.replace(/^smtp:/i, '') : value
    const person =
      field === 'mail' || field === 'proxyAddresses' ? directory.findByAddress(address) : directory.find(value)
    const born = person && this.at(person.index)
    const touched = field === 'id' ? [this.find(value)] : this.touched()
    return [
      ...new Map([...(born ? [born] : []), ...touched].flatMap((user) => (user ? [[user.id, user]] : []))).values(),
    ]
  }

  /** The person at a position of the directory, unless deleted. */
  at(index: number): User | undefined {
    const person = this.#tenant.world.directory.at(index)
    const user = { id: person.id, person, changes: this.#changesOf(person.id) ?? UNCHANGED }
    return isDeleted(user) ? undefined : user
  }

  /** In order from a place on, each with the place after it: people by position, then those that clients made. */
  *from(place: number): Generator<readonly [next: number, user: User]> {
    const { length } = this.#tenant.world.directory
    for (let index = place; index < length; index++) {
      const user = this.at(index)
      if (user) yield [index + 1, user]
    }
    for (const [i, user] of this.#made().entries())
      if (length + i >= place && !isDeleted(user)) yield [length + i + 1, user]
  }

  get length(): number {
    const { directory } = this.#tenant.world
    let { length } = directory
    for (const id of this.#ids()) {
      const user = this.withDeleted(id)
      length += Number(user !== undefined && !isDeleted(user)) - Number(directory.find(id) !== undefined)
    }
    return length
  }

  /** Those in the recycle bin. */
  *deleted(): Generator<User> {
    for (const id of this.#ids()) {
      const user = this.withDeleted(id)
      if (user && isDeleted(user)) yield user
    }
  }

  /** Those that clients changed or made, without deleted ones. */
  *touched(): Generator<User> {
    for (const id of this.#ids()) {
      const user = this.withDeleted(id)
      if (user && !isDeleted(user)) yield user
    }
  }

  #made(): User[] {
    return [...this.#ids()].flatMap((id) => {
      const user = this.withDeleted(id)
      return user && !user.person ? [user] : []
    })
  }

  #named(field: string, value: string, person: Person | undefined): User | undefined {
    const born = person && this.at(person.index)
    if (born && born.changes.set[field] === undefined) return born
    const wanted = value.toLowerCase()
    for (const user of this.touched()) if (String(user.changes.set[field] ?? '').toLowerCase() === wanted) return user
    return undefined
  }
}

export const isDeleted = ({ changes }: User): boolean => changes.deletedAt !== undefined

/** The name that they sign in with now. */
export const principalNameOf = (user: User): string =>
  String(user.changes.set['userPrincipalName'] ?? user.person?.userPrincipalName)

/** Mastered in the company's own Active Directory and copied from there: dispatchers and planners of the Halifax terminal. */
export const isSynced = ({ person }: User): boolean =>
  person?.kind === 'user' && person.department === 'Operations' && person.office.office === 'Halifax'

/** Their manager's object id, or null. */
export function managerOf(tenant: Tenant, { person, changes }: User): string | null {
  if (changes.manager !== undefined) return changes.manager
  if (person?.manager === null || person?.manager === undefined) return null
  return tenant.world.directory.at(person.manager).id
}
