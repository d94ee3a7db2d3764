import type { ConnectionTest } from '@cordon/api'

import { table } from '#cli/output.ts'

/** A connection's test as tables, with what to do about everything that is not as it should be. */
export function formatTest({ status, waitsUntil, verdicts, features = [], ...test }: ConnectionTest): string {
  const featureTable =
    features.length > 0
      ? table(features, { VERDICT: ({ verdict }) => verdict, FOR: ({ use }) => use, FEATURE: ({ title }) => title }, '')
      : ''
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
  const { requirements = [], mailboxes = [] } = test
  const advice = new Set([
    ...verdicts.flatMap(({ verdict, permission, ...said }) => (isFault(verdict) ? [line(permission, said)] : [])),
    ...requirements.flatMap(({ verdict, name, ...said }) => (verdict === 'missing' ? [line(name, said)] : [])),
    ...mailboxes.flatMap(({ verdict, address, ...said }) => (verdict === 'as-expected' ? [] : [line(address, said)])),
    ...features.flatMap(({ verdict, title, ...said }) => (verdict === 'blocked' ? [line(title, said)] : [])),
  ])
  const spared = features.filter(({ verdict }) => verdict === 'not-granted').map(({ title }) => title)
  const notOffered =
    spared.length > 0 ? `Not granted, so not offered through this connection: ${spared.join(', ')}.\n` : ''
  const waits = waitsUntil ? `Consent may still be spreading: tested again every minute until ${waitsUntil}.\n` : ''
  return `The test is ${status}.\n${waits}${featureTable}${verdictTable}${notOffered}${[...advice].join('')}`
}

const isFault = (verdict: string) => verdict !== 'granted' && verdict !== 'not-granted'

function line(name: string, { detail, fix }: { detail: string; fix?: string | undefined }): string {
  return `${name}: ${detail}\n${fix === undefined ? '' : `  fix: ${fix}\n`}`
}
