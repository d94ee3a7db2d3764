import { DEPARTMENTS, GIVEN_NAMES, OFFICES, PARTNERS, SHARED_MAILBOXES, SURNAMES } from './names.ts'
import { random } from './random.ts'
import type { OrganizationSize } from './world.ts'

/** A user object of the directory. Only people of kind `user` and `shared` have a mailbox. */
export interface Person {
  /** Position in the directory: users, then shared mailboxes, guests, unlicensed users. */
  index: number
  kind: 'user' | 'shared' | 'guest' | 'unlicensed'
  id: string
  userPrincipalName: string
  mail: string | null
  displayName: string
  givenName: string | null
  surname: string | null
  jobTitle: string | null
  department: string | null
  office: (typeof OFFICES)[number]
  /** Position of the manager; null at the top. */
  manager: number | null
  accountEnabled: boolean
}

export const hasMailbox = (person: Person): boolean => person.kind === 'user' || person.kind === 'shared'

/** Everyone in the tenant. A person is computed when asked for; ids and names are indexed at the first look-up. */
export class Directory {
  readonly #seed: number
  readonly #size: OrganizationSize
  readonly #domains: { domain: string; initialDomain: string }
  readonly #people = new Map<number, Person>()
  #index: Map<string, number> | undefined

  constructor(seed: number, size: OrganizationSize, domains: { domain: string; initialDomain: string }) {
    this.#seed = seed
    this.#size = size
    this.#domains = domains
  }

  get length(): number {
    return this.#size.users + this.#size.shared + this.#size.guests + this.#size.unlicensed
  }

  /** How many have a mailbox; they are the first ones. */
  get mailboxes(): number {
    return this.#size.users + this.#size.shared
  }

  /** How many are people with a mailbox of their own; they come before the shared ones. */
  get users(): number {
    return this.#size.users
  }

  at(index: number): Person {
    let person = this.#people.get(index)
    if (!person) this.#people.set(index, (person = this.#create(index)))
    return person
  }

  *all(): Generator<Person> {
    for (let i = 0; i < this.length; i++) yield this.at(i)
  }

  /** By object id or user principal name, in any case. */
  find(idOrName: string): Person | undefined {
    if (!this.#index) {
      this.#index = new Map()
      for (const person of this.all()) {
        this.#index.set(person.id, person.index)
        this.#index.set(person.userPrincipalName.toLowerCase(), person.index)
      }
    }
    const index = this.#index.get(idOrName.toLowerCase())
    return index === undefined ? undefined : this.at(index)
  }

  #create(index: number): Person {
    const { users, shared, guests } = this.#size
    if (index < users) return this.#worker(index, 'user')
    if (index < users + shared) return this.#sharedMailbox(index)
    if (index < users + shared + guests) return this.#guest(index)
    return this.#worker(index, 'unlicensed')
  }

  #worker(index: number, kind: 'user' | 'unlicensed'): Person {
    const r = random(this.#seed, 'person', index)
    const { givenName, surname } = this.#name(index)
    // The first eight lead the departments and report to the first of them.
    const department = index < DEPARTMENTS.length ? DEPARTMENTS[index]! : this.#department(r.next())
    const userPrincipalName = `${givenName}.${surname}@${this.#domains.domain}`.toLowerCase()
    return {
      index,
      kind,
      id: r.guid(),
      userPrincipalName,
      mail: kind === 'user' ? userPrincipalName : null,
      displayName: `${givenName} ${surname}`,
      givenName,
      surname,
      jobTitle: index < DEPARTMENTS.length ? `Head of ${department.name}` : r.pick(department.titles),
      department: department.name,
      office: r.pick(OFFICES),
      manager: index === 0 ? null : index < DEPARTMENTS.length ? 0 : DEPARTMENTS.indexOf(department),
      accountEnabled: kind === 'user',
    }
  }

  /** Distinct pairs without a table: steps through all pairs by a stride that shares no factor with their number. */
  #name(index: number) {
    const pairs = GIVEN_NAMES.length * SURNAMES.length
    const start = random(this.#seed, 'names').between(0, pairs - 1)
    const pair = (start + index * 1013) % pairs
    const givenName = GIVEN_NAMES[pair % GIVEN_NAMES.length]!
    const surname = SURNAMES[Math.floor(pair / GIVEN_NAMES.length)]!
    const round = Math.floor(index / pairs)
    return { givenName, surname: round === 0 ? surname : `${surname}${round + 1}` }
  }

  #department(draw: number) {
    const total = DEPARTMENTS.reduce((sum, d) => sum + d.weight, 0)
    let left = draw * total
    return DEPARTMENTS.find((d) => (left -= d.weight) < 0) ?? DEPARTMENTS[0]
  }

  #sharedMailbox(index: number): Person {
    const r = random(this.#seed, 'person', index)
    const displayName = SHARED_MAILBOXES[index - this.#size.users] ?? `Desk ${index}`
    const userPrincipalName = `${displayName.toLowerCase().replaceAll(' ', '.')}@${this.#domains.domain}`
    return {
      index,
      kind: 'shared',
      id: r.guid(),
      userPrincipalName,
      mail: userPrincipalName,
      displayName,
      givenName: null,
      surname: null,
      jobTitle: null,
      department: null,
      manager: null,
      office: OFFICES[0],
      accountEnabled: false,
    }
  }

  #guest(index: number): Person {
    const r = random(this.#seed, 'person', index)
    const { givenName, surname } = this.#name(index)
    const mail = `${givenName}.${surname}@${r.pick(PARTNERS).domain}`.toLowerCase()
    return {
      index,
      kind: 'guest',
      id: r.guid(),
      mail,
      displayName: `${givenName} ${surname}`,
      givenName,
      surname,
      userPrincipalName: `${mail.replace('@', '_')}#EXT#@${this.#domains.initialDomain}`,
      jobTitle: null,
      department: null,
      manager: null,
      office: OFFICES[0],
      accountEnabled: true,
    }
  }
}
