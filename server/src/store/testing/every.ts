/** Everything that comes, in one list. */
export async function every<Item>(pages: AsyncIterable<Item[]>): Promise<Item[]> {
  const all: Item[] = []
  for await (const page of pages) all.push(...page)
  return all
}
