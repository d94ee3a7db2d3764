import { setTimeout } from 'node:timers/promises'

import type { Microsoft } from '#connect/microsoft.ts'

import type { Pair } from './pair.ts'

/** How long the first waits for others: a tenant may have only 50 remediations under way, each of any number of messages. */
const GATHER_MS = 100
/** As many as one request names. */
const MOST = 1000

interface Gathering {
  pairs: Pair[]
  sent: Promise<void>
}

/** Requests that are being gathered, by connection and what they ask for. */
const open = new WeakMap<Microsoft, Map<string, Gathering>>()

/**
 * Has `pair` remediated together with all that are asked for at the moment. `submit` sends them; its failure is that of
 * each.
 */
export function gather(
  microsoft: Microsoft,
  action: string,
  pair: Pair,
  submit: (pairs: readonly Pair[]) => Promise<void>,
): Promise<void> {
  const gatherings = open.get(microsoft) ?? new Map<string, Gathering>()
  open.set(microsoft, gatherings)
  const joined = gatherings.get(action)
  if (joined && joined.pairs.length < MOST) {
    joined.pairs.push(pair)
    return joined.sent
  }
  const gathering: Gathering = { pairs: [pair], sent: Promise.resolve() }
  gathering.sent = setTimeout(GATHER_MS).then(() => {
    if (gatherings.get(action) === gathering) gatherings.delete(action)
    return submit(gathering.pairs)
  })
  gatherings.set(action, gathering)
  return gathering.sent
}
