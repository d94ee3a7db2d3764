/**
 * Lets a number of tasks run at a time. Tasks stand in a line by whom they are for: a place that becomes free goes to whoever has
 * the fewest running, and among equals to whoever was served longest ago, so that one with much to do holds up no other.
 */
export interface Turns {
  /** Runs `task` when it is its turn. @throws the signal's reason when aborted while waiting, and whatever `task` throws. */
  take<T>(who: string, task: () => Promise<T>, signal: AbortSignal): Promise<T>
}

interface Line {
  running: number
  /** When it was served last, in turns; 0 for never. */
  served: number
  /** Each begins the task that waits. */
  waiting: (() => void)[]
}

export function createTurns(atOnce: number): Turns {
  const lines = new Map<string, Line>()
  let running = 0
  let turn = 0

  function begin(line: Line): void {
    running += 1
    line.running += 1
    line.served = ++turn
  }

  function end(who: string, line: Line): void {
    running -= 1
    line.running -= 1
    let next: Line | undefined
    for (const other of lines.values()) if (other.waiting.length > 0 && (!next || goesBefore(other, next))) next = other
    if (next) {
      begin(next)
      next.waiting.shift()!()
    }
    if (line.running === 0 && line.waiting.length === 0) lines.delete(who)
  }

  return {
    async take(who, task, signal) {
      signal.throwIfAborted()
      const line = lines.get(who) ?? { running: 0, served: 0, waiting: [] }
      lines.set(who, line)
      if (running < atOnce) begin(line)
      else await turnIn(line, signal)
      try {
        signal.throwIfAborted()
        return await task()
      } finally {
        end(who, line)
      }
    },
  }
}

function goesBefore(a: Line, b: Line): boolean {
  return a.running === b.running ? a.served < b.served : a.running < b.running
}

async function turnIn(line: Line, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = (): void => {
    line.waiting = line.waiting.filter((each) => each !== resolve)
    reject(signal.reason)
  }
  line.waiting.push(resolve)
  signal.addEventListener('abort', giveUp, { once: true })
  await promise.finally(() => signal.removeEventListener('abort', giveUp))
}
