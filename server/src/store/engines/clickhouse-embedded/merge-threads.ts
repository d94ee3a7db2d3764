import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** As the engine names them. */
const NAME = 'MergeMutate'
const TASKS = '/proc/self/task'

/**
 * Lets everything else go before the merges of the engine in this process, so that a search waits for none where the processors
 * are busy. Linux alone knows a priority of a thread; elsewhere merges go beside searches.
 */
export function putMergesLast(): void {
  const threads = existsSync(TASKS) ? readdirSync(TASKS) : []
  const merging = threads.filter((thread) => readFileSync(`${TASKS}/${thread}/comm`, 'utf8').trim() === NAME)
  for (const thread of merging) {
    try {
      setPriority(Number(thread), constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // Some containers forbid it.
    }
  }
}
