import { readdirSync, readFileSync } from 'node:fs'

/** `sysconf(_SC_CLK_TCK)`, which is 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100

/**
 * Seconds of processor time so far of this process and of each it started, by process id: what a bench costs whatever else the
 * machine does meanwhile. Empty where the system does not tell (anything but Linux).
 */
export function processorSeconds(): Map<number, number> {
  const seconds = new Map<number, number>()
  if (process.platform !== 'linux') return seconds
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? timesOf(name) : undefined
    if (found && (found.parent === process.pid || found.pid === process.pid)) seconds.set(found.pid, found.seconds)
  }
  return seconds
}

/** Undefined for one that has just ended. */
function timesOf(pid: string): { pid: number; parent: number; seconds: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program, which may hold anything, ends with the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      pid: Number(pid),
      parent: Number(fields[1]),
      seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    }
  } catch {
    return undefined
  }
}
