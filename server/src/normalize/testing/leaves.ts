import { isObject, unwrapJson } from '#normalize/json.ts'

/**
 * How much of a record can be found again in its event: every leaf value of the record, with wrapped JSON taken apart, is
 * looked up among the event's values and field names, without case (names are folded) and without outer space.
 */
export function leafCoverage(record: unknown, event: unknown): { leaves: number; missing: string[] } {
  const known = new Set<string>()
  for (const word of wordsOf(event, true)) known.add(word)
  const leaves = wordsOf(record, false)
  return { leaves: leaves.length, missing: leaves.filter((leaf) => !known.has(leaf)) }
}

function wordsOf(value: unknown, withNames: boolean): string[] {
  const words: string[] = []
  const collect = (part: unknown): void => {
    if (typeof part === 'string') {
      const inner = unwrapJson(part)
      if (inner !== part) return collect(inner)
      if (part.trim() !== '') words.push(part.trim().toLowerCase())
    } else if (Array.isArray(part)) {
      for (const element of part) collect(element)
    } else if (isObject(part)) {
      for (const [name, inner] of Object.entries(part)) {
        if (withNames) collect(name)
        collect(inner)
      }
    } else if (part !== null && part !== undefined) {
      words.push(String(part))
    }
  }
  collect(value)
  return words
}
