/**
 * Prints how far each engine conforms to Sigma: a line per suite, what did not pass on request. Needs the cases that are kept
 * outside the repository, and says so where they are absent.
 *
 *     node tools/sigma-conformance.ts [--failures]
 */
import { parseArgs } from 'node:util'

import {
  createSqlEngine,
  failing,
  formatRow,
  hasCases,
  measureCases,
  measurePublishedRules,
  streamEngine,
  openScratchEngine,
} from '@cordon/server/reference'

const { values } = parseArgs({ options: { failures: { type: 'boolean' } } })

type Engine = typeof streamEngine

async function print(name: string, engine: Engine): Promise<void> {
  process.stdout.write(`${name}\n`)
  const rows = [...(await measureCases(engine)), ...(await measurePublishedRules(engine))]
  for (const row of rows) {
    process.stdout.write(`  ${formatRow(row)}\n`)
    if (values.failures) for (const failure of row.failures) process.stdout.write(`      ${failure}\n`)
  }
  if (failing(rows).length > 0) process.exitCode = 1
}

if (hasCases) {
  await print('stream', streamEngine)
  const { clickhouse, close } = await openScratchEngine()
  await print('sql', createSqlEngine(clickhouse)).finally(close)
} else process.stdout.write('The cases are absent: ../shared/data/sigma-conformance, beside the repository.\n')
