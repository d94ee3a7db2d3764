import { PartlyListed, type FeedBatch, type FeedContext, type Preparation } from '#collect/feed.ts'
import {
  subscriptionMissing,
  subscriptionPages,
  type SubscriptionList,
} from '#connect/apis/azure/subscription-lists.ts'
import { Item } from '#collect/listed-items.ts'
import { AppError } from '#domain/errors.ts'

/** Pages of one subscription's list. */
export function pagesOf(
  { microsoft }: Pick<FeedContext, 'microsoft'>,
  list: SubscriptionList,
): AsyncGenerator<Item[], void, undefined> {
  return subscriptionPages(microsoft, list, Item)
}

/** @throws AppError CONNECT_SUBSCRIPTION_MISSING, so that nothing passes for complete. */
export async function requireSubscriptions(
  { settings }: Pick<FeedContext, 'settings'>,
  what: string,
): Promise<Preparation> {
  if ((settings.subscriptionIds ?? []).length === 0) throw subscriptionMissing(what)
  return {}
}

/**
 * Batches of every subscription. One that cannot be read holds up no other, now or further back: what is wrong with it is thrown
 * at the end.
 */
export async function* eachSubscription(
  { settings }: Pick<FeedContext, 'settings'>,
  list: (subscription: string) => AsyncIterable<FeedBatch[]>,
): AsyncGenerator<FeedBatch[], void, undefined> {
  const faults: AppError[] = []
  const { subscriptionIds = [] } = settings
  for (const subscription of subscriptionIds) {
    try {
      yield* onceMore(() => list(subscription))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      faults.push(error)
    }
  }
  if (faults.length > 0) throw together(faults, faults.length < subscriptionIds.length)
}

/** A listing, anew when Azure drops it halfway because the address of a page went stale. */
async function* onceMore(list: () => AsyncIterable<FeedBatch[]>): AsyncGenerator<FeedBatch[], void, undefined> {
  try {
    yield* list()
  } catch (error) {
    if (!(error instanceof AppError) || error.microsoft?.status !== 400) throw error
    yield* list()
  }
}

/** What is wrong with each subscription, found by reading the first page of its list. */
export async function checkSubscriptions(
  context: Pick<FeedContext, 'microsoft' | 'settings'>,
  what: string,
  listOf: (subscription: string) => SubscriptionList,
): Promise<AppError[]> {
  const { settings } = context
  const subscriptions = settings.subscriptionIds ?? []
  if (subscriptions.length === 0) return [subscriptionMissing(what)]
  const tried = await Promise.all(
    subscriptions.map((subscription) =>
      pagesOf(context, listOf(subscription))
        .next()
        .then(
          () => undefined,
          (error: unknown) => {
            if (error instanceof AppError) return error
            throw error
          },
        ),
    ),
  )
  return tried.filter((fault) => fault !== undefined)
}

function together(faults: AppError[], isPart: boolean): AppError {
  const [first, ...rest] = faults
  const { code, what, fix, microsoft, retry } = first!
  const why = [first!.why, ...rest.map(({ message }) => message)].join(' ')
  const parts = { code, what, why, fix, retry, ...(microsoft && { microsoft }), cause: first }
  return isPart ? new PartlyListed(parts) : new AppError(parts)
}
