import { existsSync, readdirSync, readFileSync } from 'node:fs'

import { giveWay } from '#domain/priority.ts'

/** As the engine names them. */
const NAME = 'MergeMutate'
const TASKS = '/proc/self/task'

/**
 * Lets everything else go before the merges of the engine in this process, so that a search waits for none where the processors
 * are busy. Linux alone knows a priority of a thread; elsewhere merges go beside searches.
 */
export function putMergesLast(): void {
  const threads = existsSync(TASKS) ? readdirSync(TASKS) : []
  for (const thread of threads) if (nameOf(thread) === NAME) giveWay(Number(thread))
}

/** Undefined for a thread that has ended meanwhile. */
function nameOf(thread: string): string | undefined {
  try {
    return readFileSync(`${TASKS}/${thread}/comm`, 'utf8').trim()
  } catch {
    return undefined
  }
}
