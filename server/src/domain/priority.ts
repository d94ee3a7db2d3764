import { constants, getPriority, setPriority } from 'node:os'

/**
 * Lets others go first where the processors are busy: the thread that calls it with those it starts from now on, or on Linux another
 * one by its number. Of no effect where there is enough for all, nor where the system refuses it, as some containers do.
 */
export function giveWay(thread = 0): void {
  try {
    setPriority(
      thread,
      Math.min(getPriority() + constants.priority.PRIORITY_BELOW_NORMAL, constants.priority.PRIORITY_LOW),
    )
  } catch {
    // All are as important as each other then.
  }
}
