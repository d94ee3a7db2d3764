import { DEPARTMENTS, GIVEN_NAMES, OFFICES, PARTNERS, SHARED_MAILBOXES, SURNAMES } from './names.ts'
import { numbering } from './numbering.ts'
import { random } from './random.ts'
import type { Numbering } from './numbering.ts'
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

/** How many of the users without a license are accounts for emergencies: the last two of the directory. */
const EMERGENCY_ACCOUNTS = 2

/** People kept after they were computed: all of a small company, and of a large one those that were asked for lately. */
const REMEMBERED = 20_000

const PAIRS = GIVEN_NAMES.length * SURNAMES.length
/** Shares no factor with {@link PAIRS}, and is undone by {@link UNDO_STRIDE} (modulo it). */
const STRIDE = 1013
const UNDO_STRIDE = Array.from({ length: PAIRS }, (_, i) => i).find((i) => (i * STRIDE) % PAIRS === 1)!

const GIVEN = new Map<string, number>(GIVEN_NAMES.map((name, i) => [name.toLowerCase(), i]))
const SUR = new Map<string, number>(SURNAMES.map((name, i) => [name.toLowerCase(), i]))

/** Everyone in the tenant. A person is computed when asked for; ids and names tell the position, so nothing is indexed. */
export class Directory {
  readonly #seed: number
  readonly #size: OrganizationSize
  readonly #domains: { domain: string; initialDomain: string }
  readonly #people = new Map<number, Person>()
  readonly #ids: Numbering
  readonly #firstPair: number

  constructor(seed: number, size: OrganizationSize, domains: { domain: string; initialDomain: string }) {
    this.#seed = seed
    this.#size = size
    this.#domains = domains
    this.#ids = numbering(seed, 'person')
    this.#firstPair = random(seed, 'names').between(0, PAIRS - 1)
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

  /** How many guests there are; they come after the mailboxes. */
  get guests(): number {
    return this.#size.guests
  }

  at(index: number): Person {
    let person = this.#people.get(index)
    if (person) return person
    if (this.#people.size >= REMEMBERED) this.#people.clear()
    this.#people.set(index, (person = this.#create(index)))
    return person
  }

  *all(): Generator<Person> {
    for (let i = 0; i < this.length; i++) yield this.at(i)
  }

  /** By object id or user principal name, in any case. */
  find(idOrName: string): Person | undefined {
    const wanted = idOrName.toLowerCase()
    const index = this.#ids.numberIn(wanted) ?? this.#positionOf(wanted)
    if (index === undefined || index >= this.length) return undefined
    const person = this.at(index)
    return person.id === wanted || person.userPrincipalName.toLowerCase() === wanted ? person : undefined
  }

  /** By address: the mail address, or in the initial domain as every mailbox has one there. In any case. */
  findByAddress(address: string): Person | undefined {
    const wanted = address.toLowerCase()
    const index = this.#positionOf(wanted)
    if (index === undefined || index >= this.length) return undefined
    const person = this.at(index)
    return addressesOf(person, this.#domains.initialDomain).includes(wanted) ? person : undefined
  }

  /** The accounts that are left when nobody else can sign in. */
  get emergencyAccounts(): Person[] {
    return Array.from({ length: EMERGENCY_ACCOUNTS }, (_, i) => this.at(this.length - EMERGENCY_ACCOUNTS + i))
  }

  /** The position that a name in lower case would have. */
  #positionOf(name: string): number | undefined {
    const local = name.slice(0, name.indexOf('@'))
    const emergency = /^emergency\.access\.([12])$/.exec(local)
    if (emergency) return this.length - EMERGENCY_ACCOUNTS + Number(emergency[1]) - 1
    const shared = SHARED_MAILBOXES.findIndex((each) => nicknameOf(each) === local)
    if (shared >= 0) return this.#size.users + shared
    if (local.startsWith('desk.')) return Number(local.slice(5))
    // A guest's has the home domain behind an underscore.
    const found = /^([a-z]+)\.([a-z]+)(\d{0,6})(_|$)/.exec(local)
    const [given, sur] = [GIVEN.get(found?.[1] ?? ''), SUR.get(found?.[2] ?? '')]
    if (given === undefined || sur === undefined) return undefined
    const pair = sur * GIVEN_NAMES.length + given
    const steps = (((pair - this.#firstPair + PAIRS) % PAIRS) * UNDO_STRIDE) % PAIRS
    return steps + Math.max(0, Number(found![3] || 1) - 1) * PAIRS
  }

  #create(index: number): Person {
    const { users, shared, guests } = this.#size
    if (index < users) return this.#worker(index, 'user')
    if (index < users + shared) return this.#sharedMailbox(index)
    if (index < users + shared + guests) return this.#guest(index)
    if (index >= this.length - EMERGENCY_ACCOUNTS) return this.#emergencyAccount(index)
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
      id: this.#ids.mark(r.guid(), index),
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
    const pair = (this.#firstPair + index * STRIDE) % PAIRS
    const givenName = GIVEN_NAMES[pair % GIVEN_NAMES.length]!
    const surname = SURNAMES[Math.floor(pair / GIVEN_NAMES.length)]!
    const round = Math.floor(index / PAIRS)
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
    const userPrincipalName = `${nicknameOf(displayName)}@${this.#domains.domain}`
    return {
      index,
      kind: 'shared',
      id: this.#ids.mark(r.guid(), index),
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

  #emergencyAccount(index: number): Person {
    const displayName = `Emergency Access ${index - this.length + EMERGENCY_ACCOUNTS + 1}`
    return {
      index,
      kind: 'unlicensed',
      id: this.#ids.mark(random(this.#seed, 'person', index).guid(), index),
      userPrincipalName: `${nicknameOf(displayName)}@${this.#domains.initialDomain}`,
      mail: null,
      displayName,
      givenName: null,
      surname: null,
      jobTitle: null,
      department: null,
      manager: null,
      office: OFFICES[0],
      accountEnabled: true,
    }
  }

  #guest(index: number): Person {
    const r = random(this.#seed, 'person', index)
    const { givenName, surname } = this.#name(index)
    const mail = `${givenName}.${surname}@${r.pick(PARTNERS).domain}`.toLowerCase()
    return {
      index,
      kind: 'guest',
      id: this.#ids.mark(r.guid(), index),
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

const nicknameOf = (displayName: string) => displayName.toLowerCase().replaceAll(' ', '.')

/** Addresses in lower case, the primary one first; none for a person without a mailbox. A guest has the one at home. */
export function addressesOf(person: Person, initialDomain: string): string[] {
  if (!hasMailbox(person)) return person.mail === null ? [] : [person.mail]
  return [person.mail!, `${person.userPrincipalName.split('@')[0]!}@${initialDomain}`]
}
