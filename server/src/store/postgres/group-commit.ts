/**
 * Group commit: what is written while a write is under way waits and goes to the disk together. A commit costs a flush of the
 * disk whatever its size, so a thousand journal entries cost dozens of flushes instead of a thousand.
 *
 * The returned function resolves when its item is durable, and rejects with the error of the write it went with.
 */
export function groupCommit<Item>(write: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let waiting: { item: Item; resolve: () => void; reject: (error: unknown) => void }[] = []
  let writing = false

  async function drain(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        await write(group.map(({ item }) => item))
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    writing = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      // In the next turn, when everybody who writes now has come.
      if (!writing) {
        writing = true
        setImmediate(() => void drain())
      }
    })
}
