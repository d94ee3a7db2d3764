import type { Tenant } from '#cloud.ts'

import { DEPARTMENTS, OFFICES, PROJECTS } from './names.ts'
import { Users } from './users.ts'
import { deviceAt, devices } from './devices.ts'
import { HEAD_OF_IT, TIER_ZERO, groupId, itStaff } from './roles.ts'
import { listed, none } from './objects.ts'
import { random } from './random.ts'
import { replica } from './replicas.ts'
import type { Directory, Person } from './directory.ts'
import type { Kind } from './objects.ts'
import type { World } from './world.ts'

/**
 * Groups of every sort. Who is in one is computed from its rule: the group of the whole company names nobody. What clients
 * add and take out lies over it.
 */
export interface Group {
  id: string
  displayName: string
  description: string | null
  sort: 'Microsoft 365' | 'security' | 'mail-enabled security' | 'distribution'
  mailNickname: string
  /** Null for a security group. */
  mail: string | null
  visibility: 'Public' | 'Private' | null
  isAssignableToRole: boolean
  /** Of a dynamic group, in Microsoft's rule language; nobody can be added to it by hand. */
  membershipRule: string | null
  members: BornMembers
  /** Object ids of users. */
  owners: readonly string[]
  /** Tenant time, milliseconds. */
  createdAt: number
  /** Set while in the recycle bin: only Microsoft 365 groups go there. */
  deletedAt?: number
}

/** Who was in a group from the beginning. */
export interface BornMembers {
  people?: Who
  /** Every computer with Windows. */
  devices?: 'Windows'
  /** Object ids. */
  groups?: readonly string[]
  /** The service principal of every application. */
  applications?: true
}

type Who =
  | { all: 'users' | 'guests' }
  | { department: string }
  | { office: string }
  /** Those whose position leaves this remainder. */
  | { every: number; remainder: number }
  | { positions: readonly number[] }

/** By object id. */
export const groups: Kind<Group> = { name: 'group', born: listed(({ id }) => id, bornGroups) }

/** Something that can be in a group or hold a role. */
export interface Ref {
  type: 'user' | 'group' | 'device' | 'servicePrincipal'
  id: string
}

/** That somebody is in a group, or is not any more. Ids are `<group>/<member>`. */
export interface Link extends Ref {
  present: boolean
}
export const groupMembers: Kind<Link> = { name: 'groupMember', born: none }
export const groupOwners: Kind<Link> = { name: 'groupOwner', born: none }

/** The project that a person works on. */
export const projectOf = ({ index }: Pick<Person, 'index'>): (typeof PROJECTS)[number] =>
  PROJECTS[index % PROJECTS.length]!

/** People to a team. */
const TEAM = 40

function bornGroups(world: World): Group[] {
  const { seed, directory, domain } = world
  const head = (department: string) => directory.at(DEPARTMENTS.findIndex(({ name }) => name === department)).id
  const id = (name: string) => groupId(seed, name)
  const make = (sort: Group['sort'], displayName: string, members: BornMembers, more: Partial<Group> = {}): Group => {
    const mailNickname = displayName.toLowerCase().replaceAll(/[^a-z\d]+/g, '-')
    return {
      id: id(displayName),
      displayName,
      description: null,
      sort,
      mailNickname,
      mail: sort === 'security' ? null : `${mailNickname}@${domain}`,
      visibility: sort === 'Microsoft 365' ? 'Private' : null,
      isAssignableToRole: false,
      membershipRule: null,
      members,
      owners: [directory.at(HEAD_OF_IT).id],
      createdAt: world.epoch - random(seed, 'group created', displayName).between(60, 1_400) * 86_400_000,
      ...more,
    }
  }
  const staff = itStaff(directory, 2)
  const teams = Math.floor(directory.users / TEAM)
  return [
    make(
      'Microsoft 365',
      'All Company',
      { people: { all: 'users' } },
      { visibility: 'Public', description: 'Everyone who works here' },
    ),
    ...DEPARTMENTS.map(({ name }) =>
      make(
        'security',
        `Department ${name}`,
        { people: { department: name } },
        {
          membershipRule: `(user.department -eq "${name}")`,
          owners: [head(name)],
        },
      ),
    ),
    ...OFFICES.map(({ office }) => make('distribution', `Office ${office}`, { people: { office } })),
    ...PROJECTS.map((name, i) =>
      make(
        'Microsoft 365',
        `Project ${name}`,
        { people: { every: PROJECTS.length, remainder: i } },
        {
          owners: [directory.at(PROJECTS.length + i).id],
        },
      ),
    ),
    make('distribution', 'All Offices', { groups: OFFICES.map(({ office }) => id(`Office ${office}`)) }),
    make('distribution', 'Leadership', { people: { positions: DEPARTMENTS.map((_, i) => i) } }),
    make('security', 'Back Office', { groups: ['Finance', 'People', 'Legal'].map((name) => id(`Department ${name}`)) }),
    make('security', 'VPN Users', {
      groups: [id('Back Office'), id('Project Causeway')],
      people: { positions: [0, HEAD_OF_IT] },
    }),
    make('mail-enabled security', 'Payments Approval', {
      people: { positions: [0, 1] },
      groups: [id('Department Finance')],
    }),
    make(
      'security',
      TIER_ZERO,
      { people: { positions: [HEAD_OF_IT, ...staff.map(({ index }) => index)] } },
      {
        isAssignableToRole: true,
        visibility: 'Private',
        description: 'Holders of roles with which everything can be taken over',
      },
    ),
    make(
      'security',
      'Emergency Access Accounts',
      { people: { positions: directory.emergencyAccounts.map(({ index }) => index) } },
      {
        isAssignableToRole: true,
        visibility: 'Private',
        description: 'Left out of every Conditional Access policy',
      },
    ),
    make('security', 'Guests', { people: { all: 'guests' } }, { membershipRule: '(user.userType -eq "Guest")' }),
    make(
      'security',
      'Windows Computers',
      { devices: 'Windows' },
      { membershipRule: '(device.deviceOSType -eq "Windows")' },
    ),
    make('security', 'Automation', { applications: true }),
    make('security', 'MFA Exceptions', {}, { description: 'Has to be empty' }),
    ...Array.from({ length: teams }, (_, i) =>
      make(
        'Microsoft 365',
        `Team ${String(i + 1).padStart(4, '0')}`,
        { people: { every: teams, remainder: i } },
        {
          owners: [directory.at(i).id],
        },
      ),
    ),
  ]
}

/** True where the person was in the group from the beginning. */
function belongs(who: Who | undefined, person: Person): boolean {
  if (!who) return false
  if ('all' in who) return person.kind === (who.all === 'users' ? 'user' : 'guest')
  if ('positions' in who) return who.positions.includes(person.index)
  if (person.kind !== 'user') return false
  if ('department' in who) return person.department === who.department
  if ('office' in who) return person.office.office === who.office
  return person.index % who.every === who.remainder
}

/** Positions of those who may be meant, from a position on. */
function* positions(who: Who | undefined, directory: Directory, from: number): Generator<number> {
  if (!who) return
  if ('positions' in who) {
    yield* who.positions.filter((index) => index >= from).sort((a, b) => a - b)
    return
  }
  const guests = 'all' in who && who.all === 'guests'
  const [start, end] = guests ? [directory.mailboxes, directory.mailboxes + directory.guests] : [0, directory.users]
  const step = 'every' in who ? who.every : 1
  const first = Math.max(start, from)
  const aligned = 'every' in who ? first + ((((who.remainder - first) % step) + step) % step) : first
  for (let index = aligned; index < end; index += step) yield index
}

/** A place in the members of several groups: `GROUP` times the group's position, and the place within the group. */
const GROUP = 2 ** 32

/** Groups and who is in them, as reads show them. */
export class Membership {
  readonly #tenant: Tenant
  readonly #users: Users
  readonly #groups
  readonly #members
  readonly #owners

  constructor(tenant: Tenant) {
    this.#tenant = tenant
    this.#users = new Users(tenant)
    this.#groups = replica(tenant, groups)
    this.#members = replica(tenant, groupMembers)
    this.#owners = replica(tenant, groupOwners)
  }

  /** By object id, in any case; undefined for one that is deleted. */
  group(id: string): Group | undefined {
    const group = this.#groups.find(id.toLowerCase())
    return group?.deletedAt === undefined ? group : undefined
  }

  *all(): Generator<Group> {
    for (const group of this.#groups.all()) if (group.deletedAt === undefined) yield group
  }

  isMember(group: Group, member: Ref): boolean {
    return this.#members.find(`${group.id}/${member.id}`)?.present ?? this.#wasBornIn(group, member)
  }

  #wasBornIn({ members }: Group, { type, id }: Ref): boolean {
    switch (type) {
      case 'user': {
        const person = this.#tenant.world.directory.find(id)
        return person !== undefined && belongs(members.people, person)
      }
      case 'group':
        return members.groups?.includes(id) ?? false
      case 'device':
        return members.devices === 'Windows' && this.#tenant.objects(devices).find(id)?.operatingSystem === 'Windows'
      case 'servicePrincipal':
        return members.applications ?? false
    }
  }

  /** Members of a group from a place on, each with the place after it. */
  members(group: Group, place = 0): Generator<readonly [next: number, member: Ref]> {
    return this.#inAny([group], place)
  }

  /** Members of the group, of the groups in it, and so on, each once. */
  transitiveMembers(group: Group, place = 0): Generator<readonly [next: number, member: Ref]> {
    return this.#inAny(this.#nested(group), place)
  }

  *#inAny(list: readonly Group[], place: number): Generator<readonly [next: number, member: Ref]> {
    for (let i = Math.floor(place / GROUP); i < list.length; i++) {
      const from = i === Math.floor(place / GROUP) ? place % GROUP : 0
      for (const [next, member] of this.#direct(list[i]!, from))
        if (!list.slice(0, i).some((earlier) => this.isMember(earlier, member))) yield [i * GROUP + next, member]
    }
  }

  *#direct(group: Group, from: number): Generator<readonly [next: number, member: Ref]> {
    const { directory } = this.#tenant.world
    for (const index of positions(group.members.people, directory, from)) {
      const user = this.#users.at(index)
      if (!user || !belongs(group.members.people, user.person!)) continue
      const member: Ref = { type: 'user', id: user.id }
      if (this.isMember(group, member)) yield [index + 1, member]
    }
    // After the people come computers, by position, and then what is in a list.
    const [computers, rest] = [directory.length, 3 * directory.length]
    if (group.members.devices)
      for (let index = Math.max(0, from - computers); index < 2 * directory.users; index += 2 - (index % 2)) {
        const device = index % 2 === 0 ? deviceAt(this.#tenant.world, index) : undefined
        if (device?.operatingSystem === 'Windows' && this.isMember(group, { type: 'device', id: device.id }))
          yield [computers + index + 1, { type: 'device', id: device.id }]
      }
    for (const [i, member] of this.#others(group).entries()) if (rest + i >= from) yield [rest + i + 1, member]
  }

  #others(group: Group): Ref[] {
    const born: Ref[] = [
      ...(group.members.groups ?? []).map((id) => ({ type: 'group' as const, id })),
      ...(group.members.applications
        ? this.#tenant.applications.map((each) => ({ type: 'servicePrincipal' as const, id: each.servicePrincipalId }))
        : []),
    ]
    const added = [...this.#members.touchedOf(group.id)].flatMap(([, link]) => (link?.present ? [link] : []))
    return [
      ...born.filter((member) => this.isMember(group, member)),
      ...added.filter((link) => !this.#wasBornIn(group, link)).map(({ type, id }) => ({ type, id })),
    ].filter(({ type, id }) => (type === 'group' ? this.group(id) : type === 'user' ? this.#users.find(id) : true))
  }

  /** The group and those in it, at any depth, each once. */
  #nested(group: Group): Group[] {
    const found = [group]
    for (const each of found)
      for (const { type, id } of this.#others(each)) {
        const inner = type === 'group' ? this.group(id) : undefined
        if (inner && !found.some((known) => known.id === inner.id)) found.push(inner)
      }
    return found
  }

  owners(group: Group): Ref[] {
    const changed = new Map(this.#owners.touchedOf(group.id))
    const born = group.owners
      .filter((id) => changed.get(`${group.id}/${id}`)?.present ?? true)
      .map((id) => ({ type: 'user' as const, id }))
    const added = [...changed.values()].flatMap((link) =>
      link?.present && !group.owners.includes(link.id) ? [{ type: link.type, id: link.id }] : [],
    )
    return [...born, ...added].filter(({ type, id }) => type !== 'user' || this.#users.find(id))
  }

  /** Groups that something is directly in. */
  memberOf(member: Ref): Group[] {
    return [...this.all()].filter((group) => this.isMember(group, member))
  }

  /** Groups that something is in at any depth. */
  transitiveMemberOf(member: Ref): Group[] {
    const found = this.memberOf(member)
    for (const each of found)
      for (const outer of this.memberOf({ type: 'group', id: each.id }))
        if (!found.some(({ id }) => id === outer.id)) found.push(outer)
    return found
  }

  /** Groups of which something is an owner. */
  ownedBy(member: Ref): Group[] {
    return [...this.all()].filter((group) => this.owners(group).some(({ id }) => id === member.id))
  }
}
