/** All may lie in one mailbox, which Microsoft serves four requests at a time. */
const AHEAD = 3

/**
 * What `work` makes of each item, in the order of the items, with the next few under way while one is taken. Left early, it
 * begins no more.
 */
export async function* readAhead<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  ahead = AHEAD,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = []
  for (const item of items) {
    const result = work(item)
    // Its fault is told when its turn comes; until then nobody listens.
    result.catch(() => {})
    underWay.push(result)
    if (underWay.length > ahead) yield await underWay.shift()!
  }
  for (const result of underWay) yield await result
}
