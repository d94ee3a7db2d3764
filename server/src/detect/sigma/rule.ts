import { readCordon } from './cordon.ts'
import type { SigmaRule } from './documents.ts'
import { readDetection } from './detection.ts'
import { readAlerting, readHead, readLogsource } from './head.ts'
import { offsetOf, type Reader } from './reader.ts'

/** A rule over single events; undefined when something is wrong with it. */
export function readRule(reader: Reader): SigmaRule | undefined {
  const head = readHead(reader)
  const alerting = readAlerting(reader)
  const logsource = readLogsource(reader)
  const own = readCordon(reader)
  const node = reader.at(reader.root, 'detection')
  const entries = reader.entries(node)
  if (entries === undefined) {
    reader.problems.add(offsetOf(node) ?? 0, 'no detection', 'selections and a condition')
    return undefined
  }
  const expression = readDetection(reader, entries, offsetOf(node))
  if (expression === undefined) return undefined
  return { kind: 'rule', ...head, ...alerting, logsource, expression, ...own }
}
