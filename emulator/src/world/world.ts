import { random } from './random.ts'
import { Directory } from './directory.ts'

/**
 * One made-up company, a pure function of (seed, epoch, size). The epoch is the moment the tenant was first started; its
 * history lies before it, its live activity after.
 */
export interface World {
  readonly seed: number
  /** Milliseconds since 1970, whole seconds. */
  readonly epoch: number
  readonly tenantId: string
  readonly name: string
  /** Where mail goes: `harborfinch.example`. */
  readonly domain: string
  readonly initialDomain: string
  readonly country: string
  readonly directory: Directory
}

/** How many of each kind of person a company has. */
export interface OrganizationSize {
  users: number
  shared: number
  guests: number
  unlicensed: number
}

/** Sizes by the name given to `--org`. */
export const ORGANIZATIONS = {
  small: { users: 220, shared: 6, guests: 2, unlicensed: 3 },
} as const satisfies Record<string, OrganizationSize>

export type OrganizationName = keyof typeof ORGANIZATIONS

export function createWorld(seed: number, epoch: number, organization: OrganizationName): World {
  const domain = 'harborfinch.example'
  const initialDomain = 'harborfinch.onmicrosoft.example'
  return {
    seed,
    epoch,
    tenantId: random(seed, 'tenant').guid(),
    name: 'Harbor & Finch',
    domain,
    initialDomain,
    country: 'NL',
    directory: new Directory(seed, ORGANIZATIONS[organization], { domain, initialDomain }),
  }
}
