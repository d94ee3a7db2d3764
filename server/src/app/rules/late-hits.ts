/** A stretch of time, both ends in milliseconds. */
export interface Span {
  from: number
  until: number
}

/**
 * Neighborhoods of late hits, correlated beside what arrives. A back-fill brings hits late by the thousand, and around each of
 * them lie the same others: joined spans are read once for all that gathered meanwhile, and then nothing for
 * {@link PATIENCE} times as long as that took, so that however many there are, they take a tenth of the time at most.
 */
export interface LateHits {
  add(spans: readonly Span[]): void
  /** Begins with what has gathered, where none is under way and it is time. @throws what one before has failed with. */
  proceed(): void
  /** Ends what is under way; what has gathered is left to whoever begins anew. */
  close(): Promise<void>
}

const PATIENCE = 9

/**
 * @param correlate correlates what is remembered of a span; ends early, with whatever error, when the signal fires.
 * @param now milliseconds of a clock that only goes forward.
 */
export function createLateHits(
  correlate: (span: Span, signal: AbortSignal) => Promise<void>,
  now: () => number = () => performance.now(),
): LateHits {
  const closing = new AbortController()
  let gathered: Span[] = []
  let notBefore = -Infinity
  let pass: Promise<void> | undefined
  let failure: { error: unknown } | undefined

  async function correlateAll(spans: readonly Span[]): Promise<void> {
    const begun = now()
    for (const span of spans) await correlate(span, closing.signal)
    notBefore = now() + PATIENCE * (now() - begun)
  }

  return {
    add(spans) {
      if (spans.length > 0) gathered = joined([...gathered, ...spans])
    },
    proceed() {
      if (failure) throw failure.error
      if (pass || gathered.length === 0 || now() < notBefore) return
      const spans = gathered
      gathered = []
      pass = correlateAll(spans)
        .catch((error: unknown) => void (failure = { error }))
        .finally(() => (pass = undefined))
    },
    async close() {
      closing.abort()
      await pass
    },
  }
}

/** The same time in as few spans as can be, the earliest first. */
export function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last && span.from <= last.until) last.until = Math.max(last.until, span.until)
    else all.push({ ...span })
  }
  return all
}
