import { listed } from '#world/objects.ts'
import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { Tenant } from '#cloud.ts'

/**
 * Accounts of the company's own Active Directory that programs use to talk to Exchange on its premises. They have no
 * mailbox; with the role ApplicationImpersonation they act as anybody who has one.
 */
export interface ServiceAccount {
  /** `svc-mail`: what stands before the `@` or behind the backslash. */
  name: string
  password: string
  mayImpersonate: boolean
}

/** Ids are names in lower case. The first one is there from the start, its password a function of the seed. */
export const serviceAccounts: Kind<ServiceAccount> = {
  name: 'exchange.serviceAccount',
  born: listed(
    ({ name }) => name,
    (world) => [{ name: 'svc-mail', password: random(world.seed, 'service account').hex(24), mayImpersonate: true }],
  ),
}

/** `HARBORFINCH\svc-mail`, `svc-mail@harborfinch.example` or the name alone; undefined with a wrong password. */
export function logIn(tenant: Tenant, user: string, password: string): ServiceAccount | undefined {
  const [, domain, down, up, host] = /^(?:([^\\@]+)\\)?([^\\@]+)$|^([^\\@]+)@([^\\@]+)$/.exec(user) ?? []
  const { world } = tenant
  const isOurs =
    (domain ?? '').toLowerCase() === (domain ? world.domain.split('.')[0] : '') &&
    (host ?? world.domain).toLowerCase() === world.domain
  const account = isOurs ? tenant.objects(serviceAccounts).find((down ?? up ?? '').toLowerCase()) : undefined
  return account?.password === password ? account : undefined
}
