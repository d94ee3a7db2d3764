import { readCorrelation } from './correlation.ts'
import type { SigmaDocument } from './documents.ts'
import { readFilter } from './filter.ts'
import type { RuleProblem } from './problem.ts'
import { offsetOf, Reader } from './reader.ts'
import { readRule } from './rule.ts'
import { parseYaml } from './yaml-text.ts'

/**
 * The documents of a file, and everything that is wrong with them. A document with an error is left out; the others are
 * given. What documents say of each other is looked up by `assembleRules`.
 */
export function parseSigma(text: string, file: string): { documents: SigmaDocument[]; problems: RuleProblem[] } {
  const { texts, problems } = parseYaml(text, file)
  const documents: SigmaDocument[] = []
  for (const each of texts) {
    const reader = new Reader(each)
    const document = readDocument(reader)
    if (document && !reader.problems.failed) documents.push(document)
    problems.push(...reader.problems.problems)
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column)
  return { documents, problems }
}

function readDocument(reader: Reader): SigmaDocument | undefined {
  const keys = reader.entries(reader.root)?.map(({ key }) => key)
  if (keys === undefined) {
    reader.problems.add(offsetOf(reader.root) ?? 0, 'no mapping', 'a Sigma rule: title, logsource, detection')
    return undefined
  }
  if (keys.includes('action')) {
    reader.problems.add(offsetOf(reader.at(reader.root, 'action')), '`action`', 'rules that stand alone (Sigma 2)')
  }
  if (keys.includes('correlation')) return readCorrelation(reader)
  return keys.includes('filter') ? readFilter(reader) : readRule(reader)
}
