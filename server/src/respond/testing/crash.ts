import type { Microsoft } from '#connect/microsoft.ts'
import type { RecordStore } from '#store/record-store.ts'

import { askedBy, isSought, type Asked, type Sought } from './recording.ts'

/** A process that dies: from then on neither its store nor Microsoft hears of it. */
class Crash extends Error {}

/** `records` of a process that dies when it writes the journal for the `nth` time (from 1); that write is not made. */
export function dyingAtWrite(records: RecordStore, nth: number): RecordStore {
  let writes = 0
  return {
    ...records,
    actionRuns: {
      ...records.actionRuns,
      async writeTarget(...write) {
        writes += 1
        if (writes >= nth) throw new Crash(`Died at write ${nth}.`)
        await records.actionRuns.writeTarget(...write)
      },
    },
  }
}

/** `microsoft` of a process that dies when it changes something: before the request leaves, or before its reply is read. */
export function dyingAtEffect(microsoft: Microsoft, moment: 'before' | 'after', effect: Sought): Microsoft {
  const dieAt = async <Reply>(asked: readonly Asked[], carryOut: () => Promise<Reply>): Promise<Reply> => {
    if (!asked.some((each) => isSought(each, effect))) return carryOut()
    if (moment === 'after') await carryOut()
    throw new Crash(`Died ${moment} the effect.`)
  }
  return {
    ...microsoft,
    send: (request) => dieAt([askedBy(request)], () => microsoft.send(request)),
    json: (request, schema) => dieAt([askedBy(request)], () => microsoft.json(request, schema)),
    batch: (parts, signal) => dieAt(parts, () => microsoft.batch(parts, signal)),
  }
}
