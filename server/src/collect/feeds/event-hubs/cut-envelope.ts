import { readElements } from '#collect/files/json-array.ts'
import { CLOSING_BRACKET, OPENING_BRACKET } from '#collect/files/json-bytes.ts'
import { MemberWalker } from '#collect/files/members.ts'

const ENVELOPE = 'the envelope'

/**
 * The records of an event's body, each word for word. Azure's diagnostic settings and Defender's streaming put many into one
 * envelope, `{"records":[…]}`; a bare array is cut as well. Any other body is one record as it is, broken or not: whoever
 * reads it says what is wrong with it.
 */
export async function cutEnvelope(body: Buffer): Promise<string[]> {
  const array = recordsIn(body)
  if (array) {
    try {
      const records: string[] = []
      for await (const some of readElements(ENVELOPE, once(array))) records.push(...some.map(({ text }) => text))
      return records
    } catch {
      // An envelope that breaks off is kept whole.
    }
  }
  return [body.toString()]
}

/** The array of an object that has `records` and nothing else, or the body itself where it is an array. */
function recordsIn(body: Buffer): Buffer | undefined {
  if (/^\s*\[/.test(body.toString('latin1', 0, 64))) return body
  let from: number | undefined
  let to: number | undefined
  for (const mark of new MemberWalker().walk(body)) {
    if (mark.kind === 'value' && mark.name === 'records' && from === undefined && body[mark.at] === OPENING_BRACKET)
      from = mark.at
    else if (mark.kind === 'end' && from !== undefined && to === undefined) to = mark.at
    else if (mark.kind === 'close' && to !== undefined) continue
    else return undefined
  }
  return from !== undefined && to !== undefined && body[to - 1] === CLOSING_BRACKET
    ? body.subarray(from, to)
    : undefined
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes
}
