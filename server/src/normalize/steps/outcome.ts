import { textOf } from '#normalize/json.ts'

export type Outcome = 'success' | 'failure' | 'unknown'

/**
 * The words Microsoft 365 workloads use in `ResultStatus`. A word that says neither (`New`, `InProgress`) is unknown.
 * "Partially succeeded" is a success in ECS: the whole took effect, `event.reason` keeps the word.
 */
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['succeeded', 'success'],
  ['success', 'success'],
  ['successful', 'success'],
  ['true', 'success'],
  ['completed', 'success'],
  ['partiallysucceeded', 'success'],
  ['fail', 'failure'],
  ['failed', 'failure'],
  ['failure', 'failure'],
  ['false', 'failure'],
  ['error', 'failure'],
])

/**
 * What Microsoft said about the end of an operation. An absent status means that Microsoft did not say; ECS has a word
 * for that, and it is not "success".
 */
export function parseOutcome(status: unknown): Outcome {
  if (typeof status === 'boolean') return status ? 'success' : 'failure'
  return OUTCOMES.get(textOf(status)?.toLowerCase() ?? '') ?? 'unknown'
}
