import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/**
 * What administrators set on a mailbox with `Set-Mailbox` and `Add-MailboxPermission`. The Graph shows none of it; delivery
 * goes by it.
 */
export interface MailboxState {
  /** Object id of the owner. */
  person: string
  /** Any address, without `smtp:`; null where mail is not forwarded. */
  forwardingSmtpAddress: string | null
  /** An address of the company; goes before the other. */
  forwardingAddress: string | null
  /** Whether forwarded mail is kept as well. */
  deliverToMailboxAndForward: boolean
  hiddenFromAddressLists: boolean
  auditEnabled: boolean
  auditBypass: boolean
  litigationHold: boolean
  singleItemRecovery: boolean
  /** The online archive; null for a mailbox without. The Graph does not reach it. */
  archive: { guid: string; name: string } | null
  /** Object ids of those who may open it, send as it, or send on its behalf. */
  fullAccess: readonly string[]
  sendAs: readonly string[]
  sendOnBehalf: readonly string[]
}

/** By object id of the owner. */
export const mailboxStates: Kind<MailboxState> = {
  name: 'mail.mailboxState',
  born: (world) => ({
    find: (id) => {
      const person = world.directory.find(id)
      return person?.mail && person.id === id.toLowerCase() ? stateAtBirth(world, person) : undefined
    },
    *all() {
      for (let index = 0; index < world.directory.mailboxes; index++) {
        const person = world.directory.at(index)
        yield [person.id, stateAtBirth(world, person)]
      }
    },
  }),
}

/** Shared mailboxes are opened by a few; some people have an archive; heads of departments have somebody who writes for them. */
function stateAtBirth(world: World, person: Person): MailboxState {
  const { directory } = world
  const r = random(world.seed, 'mailbox state', person.index)
  const someone = () => directory.at(r.between(8, directory.users - 1)).id
  const shared = person.kind === 'shared'
  const team = shared ? [someone(), someone(), someone()] : []
  return {
    person: person.id,
    forwardingSmtpAddress: null,
    forwardingAddress: null,
    deliverToMailboxAndForward: false,
    hiddenFromAddressLists: false,
    auditEnabled: true,
    auditBypass: false,
    litigationHold: person.department === 'Legal' || person.index < 3,
    singleItemRecovery: true,
    archive: !shared && r.chance(0.15) ? { guid: r.guid(), name: `In-Place Archive -${person.displayName}` } : null,
    fullAccess: team,
    sendAs: team,
    sendOnBehalf: person.index < 8 ? [directory.at(8 + person.index).id] : [],
  }
}
