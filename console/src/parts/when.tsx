import { usePreferences } from '#lib/preferences.ts'
import { clockTime, exactTime, relativeTime, useNow } from '#lib/time.ts'

/** A moment: relative by default, exact with its zone on hover. `exact` turns it round, for columns one reads in order. */
export function When({ at, exact = false }: { at: string; exact?: boolean }) {
  const { zone } = usePreferences()
  const now = useNow()
  const relative = relativeTime(at, now)
  return (
    <time
      dateTime={at}
      title={exact ? `${exactTime(at, zone)} (${relative})` : exactTime(at, zone)}
      className="whitespace-nowrap"
    >
      {exact ? clockTime(at, zone) : relative}
    </time>
  )
}
