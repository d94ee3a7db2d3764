import type { EcsEvent } from '#domain/event.ts'

/** What the sentences of events have in common. */

/** Writes the sentence, ending with the failure where there was one. */
export function tell(event: EcsEvent, sentence: string): void {
  event.message = event.event.outcome === 'failure' ? `${sentence} (failed).` : `${sentence}.`
}

/** `text` in quotation marks, cut where it is long. */
export function quote(text: string): string {
  return text.length > LONGEST_QUOTE ? `"${text.slice(0, LONGEST_QUOTE)}…"` : `"${text}"`
}

const LONGEST_QUOTE = 120

/** "1 message", "3 messages". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** "a, b and 3 more": what several things are called, as far as a sentence holds them. */
export function listed(names: readonly string[]): string {
  const [some, more] = [names.slice(0, 3), names.length - 3]
  if (more > 0) return `${some.join(', ')} and ${more} more`
  return some.length < 2 ? (some[0] ?? '') : `${some.slice(0, -1).join(', ')} and ${some.at(-1)}`
}

/** `falsePositive` as "false positive": Microsoft's words for people. */
export function spaced(word: string): string {
  return word.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}
