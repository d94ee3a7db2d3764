/**
 * How far our events say what Elastic's say of the same records, in the ECS fields that both leading normalizers fill:
 *
 *     node tools/agreement.ts [folder] [--list]
 *
 * The records are elastic/integrations' tests, in its layout (`o365/audit/test-….json` beside `…-expected.json`). Their
 * license keeps them out of this repository: the folder beside it is `../shared/data/events/elastic` unless another is named.
 * Ends with 1 where fewer than 95 % of the leaf values agree or have their reason written down. `--list` prints each value.
 */
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

import { compareEvents, elasticSamples, normalizerOf, reasonFor, SHARED_FIELDS } from '@cordon/server/reference'

/** Of one field, or of one stream. */
interface Tally {
  leaves: number
  agreed: number
  /** Disagreeing with a reason that is written down. */
  reasoned: number
}

const ENOUGH = 0.95
const { values, positionals } = parseArgs({ allowPositionals: true, options: { list: { type: 'boolean' } } })
const folder = positionals[0] ?? join(dirname(dirname(import.meta.dirname)), 'shared', 'data', 'events', 'elastic')

const samples = elasticSamples(folder)
if (samples.length === 0) {
  process.stderr.write(`No records below ${folder}.\n`)
  process.exit(1)
}

const byField = new Map<string, Tally>(SHARED_FIELDS.map((field) => [field, none()]))
const byStream = new Map<string, Tally>()
const lines: string[] = []
let quarantined = 0
for (const { file, dataset, text, theirs } of samples) {
  const outcome = normalizerOf(dataset).normalize(text)
  if (outcome.outcome !== 'kept') quarantined += 1
  const { agreed, disagreed } = compareEvents(theirs, outcome.outcome === 'kept' ? outcome.event : {})
  const stream = dirname(file)
  for (const field of agreed) count(stream, field, 'agreed')
  for (const one of disagreed) {
    const reason = reasonFor(file, one)
    count(stream, one.field, reason === undefined ? undefined : 'reasoned')
    lines.push(
      `${file} ${one.field}: theirs ${JSON.stringify(one.theirs)}, ours ${JSON.stringify(one.ours)}: ${reason ?? 'NO REASON'}`,
    )
  }
}

const total = [...byField.values()].reduce(sum, none())
print('field', byField)
print('stream', byStream)
print('all', new Map([[`${samples.length} records, ${quarantined} not kept`, total]]))
if (values.list) process.stdout.write(`\n${lines.join('\n')}\n`)
if (quarantined > 0 || (total.agreed + total.reasoned) / total.leaves < ENOUGH) process.exitCode = 1

function none(): Tally {
  return { leaves: 0, agreed: 0, reasoned: 0 }
}

function sum(a: Tally, b: Tally): Tally {
  return { leaves: a.leaves + b.leaves, agreed: a.agreed + b.agreed, reasoned: a.reasoned + b.reasoned }
}

function count(stream: string, field: string, how: 'agreed' | 'reasoned' | undefined): void {
  const ofStream = byStream.get(stream) ?? none()
  byStream.set(stream, ofStream)
  for (const tally of [byField.get(field)!, ofStream]) {
    tally.leaves += 1
    if (how !== undefined) tally[how] += 1
  }
}

function print(title: string, tallies: ReadonlyMap<string, Tally>): void {
  const rows = [...tallies].map(([name, { leaves, agreed, reasoned }]) => {
    const share = leaves === 0 ? '-' : `${((agreed / leaves) * 100).toFixed(1)} %`
    return [name, leaves, agreed, share, reasoned, leaves - agreed - reasoned].map(String)
  })
  const head = [title, 'leaves', 'agreed', 'agreement', 'written down', 'not written down']
  const width = Math.max(...[head, ...rows].map(([name]) => name!.length))
  for (const [name, ...figures] of [head, ...rows]) {
    process.stdout.write(`${name!.padEnd(width)}${figures.map((figure) => figure.padStart(18)).join('')}\n`)
  }
  process.stdout.write('\n')
}
