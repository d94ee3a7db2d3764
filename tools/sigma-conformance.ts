/**
 * Prints how far both engines conform to Sigma: a line per suite, what did not pass on request. It takes a minute; the exit
 * code is 1 where too little passes. It needs the cases that are kept outside the repository, and says so where they are absent.
 *
 *     node tools/sigma-conformance.ts [--failures]
 */
import { parseArgs } from 'node:util'

import {
  createSqlEngine,
  failing,
  formatTable,
  hasCases,
  measureCases,
  measurePublishedRules,
  openScratchEngine,
  streamEngine,
} from '@cordon/server/reference'

const { values } = parseArgs({ options: { failures: { type: 'boolean' } } })

async function measure(engine: typeof streamEngine) {
  return [...(await measureCases(engine)), ...(await measurePublishedRules(engine))]
}

if (hasCases) {
  const { clickhouse, close } = await openScratchEngine()
  const stream = await measure(streamEngine)
  const sql = await measure(createSqlEngine(clickhouse)).finally(close)
  process.stdout.write(`${formatTable(stream, sql)}\n`)
  if (values.failures) {
    for (const [engine, rows] of Object.entries({ stream, sql })) {
      for (const { suite, failures } of rows) {
        for (const failure of failures) process.stdout.write(`${engine}, ${suite}: ${failure}\n`)
      }
    }
  }
  if (failing([...stream, ...sql]).length > 0) process.exitCode = 1
} else
  process.stdout.write('Skipped: the cases are absent (../shared/data/sigma-conformance, beside the repository).\n')
