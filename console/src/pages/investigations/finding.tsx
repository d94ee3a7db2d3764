import type { Investigation } from '@cordon/api'

import { findingSentence, SOURCE_WORDS } from '#lib/finding-words.ts'
import { usePreferences } from '#lib/preferences.ts'
import { clockTime } from '#lib/time.ts'

/** A moment within a sentence of the server. */
const MOMENT = /\d{4}-\d\d-\d\dT[\d:.]+Z/g

/** Which way found the mail, with what each of Microsoft's records said behind a disclosure. */
export function Finding({ investigation }: { investigation: Investigation }) {
  const { zone } = usePreferences()
  const tried = investigation.finding?.tried ?? []
  const sentence = findingSentence(investigation)
  if (tried.length === 0) return <p className="text-sm text-ink-2">{sentence}</p>
  return (
    <details className="group text-sm text-ink-2">
      <summary className="w-fit cursor-pointer rounded">
        {sentence} <span className="text-accent group-open:hidden">What each said</span>
      </summary>
      <dl className="mt-2 grid gap-x-4 gap-y-1.5 rounded-md border border-line bg-surface p-3 sm:grid-cols-[max-content_minmax(0,1fr)]">
        {tried.map(({ source, outcome }) => (
          <div key={source} className="contents">
            <dt className="font-medium text-ink">{SOURCE_WORDS[source] ?? source}</dt>
            <dd className="break-words max-sm:mb-1.5">{outcome.replaceAll(MOMENT, (iso) => clockTime(iso, zone))}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
