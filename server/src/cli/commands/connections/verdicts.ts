import type { ConnectionTest } from '@cordon/api'

import { table } from '#cli/output.ts'

/** A connection's test as a table, with what to do about each permission that is not granted. */
export function formatTest({ status, verdicts }: ConnectionTest): string {
  const verdictTable = table(
    verdicts,
    {
      VERDICT: ({ verdict }) => verdict,
      FEATURE: ({ feature }) => feature,
      PERMISSION: ({ permission }) => permission,
      RESOURCE: ({ resource }) => resource,
      MICROSOFT: ({ microsoftCode }) => microsoftCode,
    },
    'Nothing to test.',
  )
  const advice = new Set(
    verdicts.flatMap(({ verdict, permission, detail, fix }) =>
      verdict === 'granted' ? [] : [`${permission}: ${detail}\n  fix: ${fix ?? ''}\n`],
    ),
  )
  return `The test is ${status}.\n${verdictTable}${[...advice].join('')}`
}
