/** Does it to each, also after one that was refused. @throws what the first threw. */
export async function toEach<T>(all: readonly T[], change: (each: T) => Promise<unknown>): Promise<void> {
  const refusals: unknown[] = []
  for (const each of all) await change(each).catch((error: unknown) => refusals.push(error))
  if (refusals.length > 0) throw refusals[0]
}
