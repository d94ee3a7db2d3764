import { constants, setPriority } from 'node:os'

/**
 * Lets the processes that answer people go first where the processors are busy. Of no effect where there is enough for all, nor
 * where the system refuses it.
 */
export function workInBackground(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Some containers forbid it; all are as important as each other then.
  }
}
