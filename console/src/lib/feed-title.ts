import { useQuery } from '@tanstack/react-query'

import { queries } from './queries.ts'
import { feedName } from './words.ts'

/** What a feed is called; by its id until that is known, or where this version does not have it. */
export function useFeedTitle(): (feed: string) => string {
  const { data } = useQuery(queries.clouds())
  return (feed) => data?.feeds.find(({ id }) => id === feed)?.title ?? feedName(feed)
}
