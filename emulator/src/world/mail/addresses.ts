import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/** Whether mail to the address stays in the company. */
export function isOwnAddress({ domain, initialDomain }: World, address: string): boolean {
  const host = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return host === domain || host === initialDomain
}

/** Whose mailbox an address names, by any of its proxy addresses. */
export function personAt(world: World, address: string): Person | undefined {
  if (!isOwnAddress(world, address)) return undefined
  const person = world.directory.find(`${address.slice(0, address.lastIndexOf('@'))}@${world.domain}`)
  return person?.mail ? person : undefined
}

export const addressOf = (person: Person) => ({ name: person.displayName, address: person.userPrincipalName })
