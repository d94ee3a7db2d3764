import { setImmediate } from 'node:timers/promises'

import type { Tenant } from '#cloud.ts'

import { heldBackFrom, itemOfQuarantined } from './quarantine.ts'
import type { Item } from './item.ts'

/**
 * Which mailboxes to look into for the mail of a day. Items are computed from the seed one mailbox at a time, so the flow
 * of mail over all mailboxes is found through this: for each item its moment, its mailbox and its place there, and hashes
 * of what people search by. 22 bytes an item, some 70 MB for 50,000 mailboxes, and nothing before the first question.
 */
export interface Entry {
  /** Position of the mailbox's owner in the directory. */
  person: number
  /** Place among {@link mailOf} that person. */
  place: number
}

/** What a search can name; the hashes may let other items through as well. */
export interface Sought {
  sender?: OneOrMore
  networkMessageId?: OneOrMore
  internetMessageId?: OneOrMore
}

/** A text in any case, or any of several in lower case. */
export type OneOrMore = string | ReadonlySet<string>

const DAY = 86_400_000

/** Everything that was sent to or by a person before anybody changed anything: what lies in the mailbox, then what was held back. */
export function mailOf(tenant: Tenant, index: number): { item: Item; held: boolean }[] {
  const person = tenant.world.directory.at(index)
  return [
    ...tenant.mailAtBirth(person).map((item) => ({ item, held: false })),
    ...heldBackFrom(tenant.world, person).map((message) => ({ item: itemOfQuarantined(message), held: true })),
  ]
}

export class DeliveryIndex {
  readonly #days: Map<number, Day>

  private constructor(days: Map<number, Day>) {
    this.#days = days
  }

  /** Looks into every mailbox once, letting others work every few milliseconds. */
  static async build(tenant: Tenant): Promise<DeliveryIndex> {
    const days = new Map<number, Growing>()
    let since = performance.now()
    const breathe = async () => {
      if (performance.now() - since < 10) return
      await setImmediate()
      since = performance.now()
    }
    for (let person = 0; person < tenant.world.directory.mailboxes; person++) {
      mailOf(tenant, person).forEach(({ item }, place) => {
        if (item.isDraft || staysInside(item, tenant.world.domain)) return
        const day = Math.floor(item.receivedAt / DAY)
        if (!days.has(day)) days.set(day, new Growing())
        days.get(day)!.add(item, person, place)
      })
      await breathe()
    }
    const sorted = new Map<number, Day>()
    for (const [day, growing] of days) {
      sorted.set(day, growing.sorted())
      days.set(day, new Growing())
      await breathe()
    }
    return new DeliveryIndex(sorted)
  }

  /** Items received in [from, to) that may be what is sought, oldest first. */
  *between(from: number, to: number, sought: Sought): Generator<Entry & { at: number; message: number }> {
    const wanted = [sought.sender, sought.networkMessageId, sought.internetMessageId].map(hashesOf)
    const days = [...this.#days.keys()].filter((day) => (day + 1) * DAY > from && day * DAY < to).sort((a, b) => a - b)
    for (const day of days) {
      const { seconds, persons, places, hashes } = this.#days.get(day)!
      for (let i = 0; i < seconds.length; i++) {
        const at = day * DAY + seconds[i]! * 1000
        if (at < from || at >= to) continue
        if (wanted.some((values, k) => values !== undefined && !values.has(hashes[i * 3 + k]!))) continue
        // 52 bits of both ids: the same for every copy of a message, and for hardly anything else.
        const message = hashes[i * 3 + 1]! * 2 ** 20 + (hashes[i * 3 + 2]! >>> 12)
        yield { at, person: persons[i]!, place: places[i]!, message }
      }
    }
  }
}

/** A sender's copy of mail to colleagues: the recipients' copies tell of it. */
const staysInside = ({ folder, to, cc }: Item, domain: string) =>
  folder === 'sentitems' && [...to, ...cc].every(({ address }) => address.endsWith(`@${domain}`))

interface Day {
  /** Since midnight, ascending; the other arrays follow this order. */
  seconds: Uint32Array
  persons: Uint32Array
  places: Uint16Array
  /** Three for each item: sender, network message id, internet message id. */
  hashes: Uint32Array
}

/** A day while it is being filled. */
class Growing {
  #length = 0
  #day: Day = sized(1024)

  add(item: Item, person: number, place: number): void {
    if (this.#length === this.#day.seconds.length) this.#grow()
    const { seconds, persons, places, hashes } = this.#day
    const i = this.#length++
    seconds[i] = Math.floor((item.receivedAt % DAY) / 1000)
    persons[i] = person
    places[i] = place
    hashes[i * 3] = hash(item.from.address)
    hashes[i * 3 + 1] = hash(item.networkMessageId)
    hashes[i * 3 + 2] = hash(item.internetMessageId)
  }

  sorted(): Day {
    // A number holds second and position: sorting numbers needs no comparison function and keeps the order within a second.
    const order = Float64Array.from({ length: this.#length }, (_, i) => this.#day.seconds[i]! * 2 ** 32 + i).sort()
    const day = sized(this.#length)
    order.forEach((packed, i) => {
      const from = packed % 2 ** 32
      day.seconds[i] = this.#day.seconds[from]!
      day.persons[i] = this.#day.persons[from]!
      day.places[i] = this.#day.places[from]!
      for (let k = 0; k < 3; k++) day.hashes[i * 3 + k] = this.#day.hashes[from * 3 + k]!
    })
    return day
  }

  #grow(): void {
    const larger = sized(this.#day.seconds.length * 2)
    larger.seconds.set(this.#day.seconds)
    larger.persons.set(this.#day.persons)
    larger.places.set(this.#day.places)
    larger.hashes.set(this.#day.hashes)
    this.#day = larger
  }
}

const sized = (length: number): Day => ({
  seconds: new Uint32Array(length),
  persons: new Uint32Array(length),
  places: new Uint16Array(length),
  hashes: new Uint32Array(length * 3),
})

const hashesOf = (sought: OneOrMore | undefined): ReadonlySet<number> | undefined =>
  sought === undefined ? undefined : new Set((typeof sought === 'string' ? [sought] : [...sought]).map(hash))

/** FNV-1a of the text in lower case. */
function hash(text: string): number {
  const lower = text.toLowerCase()
  let value = 0x81_1c_9d_c5
  for (let i = 0; i < lower.length; i++) value = Math.imul(value ^ lower.charCodeAt(i), 0x01_00_01_93)
  return value >>> 0
}
