import type { Correlations } from '#detect/correlations.ts'
import type { Past } from '#detect/sql/past.ts'
import type { CorrelationHit } from '#domain/rule.ts'

/** What was before, remembered in its place between hits that are told in the order of time. */
export interface PastHits {
  /** Has everything remembered that lies before a hit. The hit itself is not: it is there to be told. */
  rememberBefore(hit: CorrelationHit): void
  rememberRest(): void
}

export function createPastHits({ hits }: Pick<Past, 'hits'>, running: Pick<Correlations, 'remember'>): PastHits {
  const waiting = new Map(hits.map((hit) => [hit.eventId, hit]))
  const rememberUntil = (moment: number) => {
    for (const [id, hit] of waiting) {
      if (Date.parse(hit.time) >= moment) return
      waiting.delete(id)
      running.remember(hit)
    }
  }
  return {
    rememberBefore({ eventId, time, rules }) {
      rememberUntil(Date.parse(time))
      // A hit that was written before a rule was switched on does not tell of that rule.
      if (waiting.get(eventId)?.rules.every((rule) => rules.includes(rule))) waiting.delete(eventId)
    },
    rememberRest: () => rememberUntil(Infinity),
  }
}
