/** Lets a number of tasks run at a time; the others wait in the order they came, so that none is passed over. */
export interface Turns {
  /** Runs `task` when it is its turn. @throws the signal's reason when aborted while waiting, and whatever `task` throws. */
  take<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>
}

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async take(task, signal) {
      if (running >= atOnce) {
        const turn = Promise.withResolvers<void>()
        waiting.push(turn.resolve)
        await turn.promise
      } else {
        running += 1
      }
      try {
        signal.throwIfAborted()
        return await task()
      } finally {
        // The next in line takes over the place; nobody who comes just now can slip in between.
        const next = waiting.shift()
        if (next) next()
        else running -= 1
      }
    },
  }
}
