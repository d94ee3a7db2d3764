import { textOf } from '#normalize/json.ts'

/** The severities of Microsoft's products in order. */
const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical']

/** `event.severity`: informational 1, low 2, medium 3, high 4, critical 5; undefined for any other word. */
export function parseSeverity(value: unknown): number | undefined {
  const at = SEVERITIES.indexOf(textOf(value)?.toLowerCase() ?? '')
  return at === -1 ? undefined : at + 1
}
