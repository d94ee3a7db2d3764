import { deliveriesByMailbox, deliveriesTo, indexedDeliveries } from '#world/mail/deliveries.ts'
import type { Delivery, DeliveryCriteria } from '#world/mail/deliveries.ts'
import type { Tenant } from '#cloud.ts'

/** Which deliveries a hunt is after: any of the values of each kind, in lower case. */
export interface Wanted {
  from: number
  to: number
  recipients?: ReadonlySet<string>
  senders?: ReadonlySet<string>
  networkMessageIds?: ReadonlySet<string>
  internetMessageIds?: ReadonlySet<string>
  /** One delivery of each message is enough, where that takes less. */
  once?: boolean
}

/** Thrown where the index of the flow of mail is needed and is not there yet: await {@link MailFlow.prepare}, then ask again. */
export class Unprepared extends Error {}

/** Of so many senders there is little mail. */
const FEW = 50
/** A span of time that takes less through the index than through every mailbox. */
const SHORT = 2 * 86_400_000

/** So many mailboxes are kept once they were computed: the index finds everything in them without computing again. */
const SMALL = 256

/** Deliveries by the cheapest way: the mailboxes of recipients, the index, or everything. */
export class MailFlow {
  readonly #tenant: Tenant
  #ask: ((criteria: DeliveryCriteria) => Iterable<Delivery>) | undefined

  constructor(tenant: Tenant) {
    this.#tenant = tenant
  }

  async prepare(): Promise<void> {
    this.#ask = await indexedDeliveries(this.#tenant)
  }

  /** @throws Unprepared */
  *find(wanted: Wanted): Generator<Delivery> {
    for (const delivery of this.#sources(wanted)) if (matches(delivery, wanted)) yield delivery
  }

  #sources(wanted: Wanted): Iterable<Delivery> {
    const { from, to, recipients, senders, networkMessageIds, internetMessageIds } = wanted
    const span = { from, to }
    const people = recipients && [...recipients].map((address) => this.#tenant.world.directory.find(address))
    if (people?.every((person) => person?.mail))
      return Iterator.from(new Set(people)).flatMap((person) => deliveriesTo(this.#tenant, person!))
    if (networkMessageIds || internetMessageIds || (senders && senders.size <= FEW))
      return this.#indexed({
        ...span,
        ...(senders ? { sender: senders } : {}),
        ...(networkMessageIds ? { networkMessageId: networkMessageIds } : {}),
        ...(internetMessageIds ? { internetMessageId: internetMessageIds } : {}),
        once: wanted.once ?? false,
      })
    const isSmall = this.#tenant.world.directory.mailboxes <= SMALL
    return isSmall || to - from <= SHORT ? this.#indexed(span) : deliveriesByMailbox(this.#tenant, span)
  }

  #indexed(criteria: DeliveryCriteria): Iterable<Delivery> {
    if (!this.#ask) throw new Unprepared()
    return this.#ask(criteria)
  }
}

function matches(delivery: Delivery, { from, to, ...wanted }: Wanted): boolean {
  const { at, recipient, sender, networkMessageId, internetMessageId } = delivery
  const is = (value: string, sought: ReadonlySet<string> | undefined) => !sought || sought.has(value.toLowerCase())
  return (
    at >= from &&
    at < to &&
    is(recipient.address, wanted.recipients) &&
    is(sender.address, wanted.senders) &&
    is(networkMessageId, wanted.networkMessageIds) &&
    is(internetMessageId, wanted.internetMessageIds)
  )
}
