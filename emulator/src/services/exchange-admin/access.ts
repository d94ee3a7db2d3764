import type { Caller } from '#bearer.ts'

/**
 * Which commands a directory role opens in Exchange. An application needs the app role `Exchange.ManageAsApp` to be let in
 * at all, and then a directory role; without, no command exists for it.
 */
export type Area =
  | 'recipients'
  | 'inbox rules'
  | 'mail flow'
  | 'trace'
  | 'quarantine'
  | 'lists'
  | 'organization'
  | 'audit'

const AREAS: readonly Area[] = [
  'recipients',
  'inbox rules',
  'mail flow',
  'trace',
  'quarantine',
  'lists',
  'organization',
  'audit',
]

interface Grant {
  reads: readonly Area[]
  writes: readonly Area[]
}

/** By template id. */
const GRANTS: Readonly<Record<string, Grant>> = {
  // Global Administrator, Exchange Administrator
  '62e90394-69f5-4237-9190-012177145e10': { reads: AREAS, writes: AREAS },
  '29232cdf-9323-42fd-ade2-1d097af3e4de': { reads: AREAS, writes: AREAS },
  // Security Administrator
  '194ae4cb-b126-40b2-bd5b-6091b380977d': {
    reads: ['recipients', 'mail flow', 'trace', 'quarantine', 'lists', 'organization', 'audit'],
    writes: ['quarantine', 'lists'],
  },
  // Security Reader
  '5d6b6bb7-de71-4623-b4af-96380a352509': {
    reads: ['recipients', 'mail flow', 'trace', 'quarantine', 'lists', 'organization'],
    writes: [],
  },
  // Global Reader: documented not to see inbox rules
  'f2ef992c-3afb-46b9-b7cf-a126ee74c451': { reads: AREAS.filter((area) => area !== 'inbox rules'), writes: [] },
  // Compliance Administrator
  '17315797-102d-40b4-93e0-432062caca18': {
    reads: ['recipients', 'mail flow', 'trace', 'organization', 'audit'],
    writes: ['audit'],
  },
  // Exchange Recipient Administrator
  '31392ffb-586c-42d1-9346-e59415a2cc4e': {
    reads: ['recipients', 'inbox rules', 'mail flow', 'trace', 'organization'],
    writes: ['recipients', 'inbox rules'],
  },
  // Helpdesk Administrator
  '729827e3-9c14-49f7-bb1b-9608f156bbb8': { reads: ['recipients', 'organization'], writes: [] },
}

const SECURITY_READER = '5d6b6bb7-de71-4623-b4af-96380a352509'

/** True where one of the caller's directory roles opens the area. */
export const mayUse = ({ directoryRoles }: Caller, area: Area, writes: boolean): boolean =>
  [...directoryRoles].some((role) => GRANTS[role]?.[writes ? 'writes' : 'reads'].includes(area))

/** A parameter that a role with nothing but reading rights in security does not see. */
export const mayName = (caller: Caller, parameter: string): boolean =>
  parameter.toLowerCase() !== 'entitytype' ||
  [...caller.directoryRoles].some((role) => role !== SECURITY_READER && GRANTS[role]?.reads.includes('quarantine'))
