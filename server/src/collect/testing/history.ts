import { z } from 'zod'

import type { Span } from '#collect/feed.ts'
import type { Emulator } from '#connect/testing/start-emulator.ts'
import { isoTime } from '#domain/clock.ts'

import type { FeedFacts } from './feed-facts.ts'

const Told = z.object({
  records: z.array(
    z.object({ id: z.string(), versions: z.array(z.object({ at: z.string(), state: z.string() })).min(1) }),
  ),
})

/** A record as it was at one time: what changes of it is its moment on the feed's clock, or its state, or both. */
export function version(id: string, at: string | number, state = ''): string {
  return `${id} ${isoTime(typeof at === 'number' ? at : Date.parse(at))} ${state}`
}

/** Ground truth of what changes while it is read: versions of now must be stored, earlier ones may be. */
export function historyOf(list: string): Pick<FeedFacts, 'truth' | 'superseded'> {
  async function told(emulator: Emulator, { from, to }: Span, isPresent: boolean): Promise<string[]> {
    const query = `from=${isoTime(from)}&to=${isoTime(to)}`
    const { records } = Told.parse(await emulator.request(`/ground-truth/histories/${list}?${query}`))
    return records.flatMap(({ id, versions }) =>
      (isPresent ? versions.slice(-1) : versions.slice(0, -1))
        .filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < to)
        .map(({ at, state }) => version(id, at, state)),
    )
  }
  return {
    truth: (emulator, span) => told(emulator, span, true),
    superseded: (emulator, span) => told(emulator, span, false),
  }
}
