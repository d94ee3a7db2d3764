import { setTimeout as pause } from 'node:timers/promises'

import type { ForwardItem } from '#domain/destination.ts'
import { AppError } from '#domain/errors.ts'

import { BatchRefused, type Sender } from './destination.ts'

/** What became of a batch: all that is not in `refused` was delivered. */
export interface Delivery {
  refused: { item: ForwardItem; reason: string }[]
  /** The destination's last answer. */
  answer: string
}

/** Tries of what a destination put off, while it took others of the same batch. */
const TRIES = 5
const FIRST_PAUSE_MS = 250

/**
 * Hands a batch over until the destination has taken or refused each item.
 *
 * Where it refuses the batch without saying which item is to blame, the halves are tried, and theirs. When in the end it
 * took none of several, the blame is not the items': it stops, and nothing becomes a dead letter.
 *
 * @throws AppError FORWARD_*: some or all of it was not taken, and the whole batch is to be sent again later.
 */
export async function deliver(sender: Sender, items: readonly ForwardItem[], signal: AbortSignal): Promise<Delivery> {
  const delivery: Delivery = { refused: [], answer: '' }
  let blamed = 0

  async function hand(some: readonly ForwardItem[]): Promise<void> {
    try {
      await handPatiently(sender, some, signal, delivery)
    } catch (error) {
      if (!(error instanceof BatchRefused)) throw error
      if (some.length > 1) {
        const half = Math.ceil(some.length / 2)
        await hand(some.slice(0, half))
        await hand(some.slice(half))
        return
      }
      blamed += 1
      delivery.refused.push({ item: some[0]!, reason: error.reason })
    }
  }

  await hand(items)
  if (blamed > 1 && blamed === items.length) throw refusesAll(items.length, delivery.refused[0]!.reason)
  return delivery
}

async function handPatiently(
  sender: Sender,
  items: readonly ForwardItem[],
  signal: AbortSignal,
  delivery: Delivery,
): Promise<void> {
  let pending = items
  for (let tries = 1; ; tries++) {
    const sent = await sender.send(pending, signal)
    delivery.refused.push(...sent.refused)
    if (sent.answer !== '') delivery.answer = sent.answer
    if (sent.again.length === 0) return
    if (tries === TRIES) throw stillBusy(sent.again.length, items.length)
    pending = sent.again
    await pause(FIRST_PAUSE_MS * 2 ** (tries - 1), undefined, { signal })
  }
}

function stillBusy(left: number, all: number): AppError {
  return new AppError({
    code: 'FORWARD_BUSY',
    what: 'A part of a batch was not taken.',
    why: `The destination put off ${left} of ${all} items, however often they were sent.`,
    fix: 'Nothing needs doing here: they are sent again after a pause. Where this goes on, the destination needs more power.',
    retry: 'backoff',
  })
}

function refusesAll(count: number, reason: string): AppError {
  return new AppError({
    code: 'FORWARD_REFUSED',
    what: 'The destination takes nothing.',
    why: `It refused each of ${count} items by itself, the first with: ${reason}`,
    fix: 'Correct the destination’s settings, or what it says at its own end, and test it on the Forwarding page. Everything waits until then.',
    retry: 'backoff',
  })
}
