const EXAMPLES = [
  ['user.name : "ana*"', 'a field with a wildcard'],
  ['source.ip : 198.51.100.0/24', 'an address in a block'],
  ['event.action : (Send or "New-InboxRule")', 'one of several values'],
  ['event.severity >= 3', 'more, or less, or later than'],
  ['file.name : *', 'has any value'],
  ['user.* : ana', 'any of these fields'],
  ['@timestamp >= now-1d/d', 'since the beginning of yesterday'],
  ['event.outcome : failure and not user.name : "svc*"', 'and, or, not, parentheses'],
  ['inbox rule', 'words in the sentence'],
] as const

/** The query language by its examples; with `onTry` each can be written into the query. */
export function KqlGuide({ onTry }: { onTry?: (query: string) => void }) {
  return (
    <dl className="grid gap-x-4 gap-y-1.5 text-sm sm:grid-cols-[max-content_1fr]">
      {EXAMPLES.map(([query, meaning]) => (
        <div key={query} className="contents">
          <dt className="font-mono text-xs leading-5">
            {onTry ? (
              <button type="button" onClick={() => onTry(query)} className="text-left text-accent hover:underline">
                {query}
              </button>
            ) : (
              query
            )}
          </dt>
          <dd className="text-ink-3 max-sm:mb-1.5">{meaning}</dd>
        </div>
      ))}
    </dl>
  )
}
