import { readdirSync, readFileSync } from 'node:fs'

/** Each look reads about every process of the machine. */
const EVERY_MS = 1000

/**
 * Watches the resident memory of this process and all it started, until `stop` gives the peak in bytes. Pages that processes
 * share count in each, so the truth is not above it. Only Linux tells of other processes; elsewhere this process counts alone.
 */
export function watchMemory(): { stop(): number } {
  let peak = 0
  const look = () => (peak = Math.max(peak, residentBytes()))
  look()
  const timer = setInterval(look, EVERY_MS)
  return {
    stop() {
      clearInterval(timer)
      look()
      return peak
    },
  }
}

/** Of this process and all it started, now, but for one that it started and what that one did. */
export function residentBytes(except?: number): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss()
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => statusOf(pid) ?? [])
  const family = new Set([process.pid])
  // Parents do not always come before their children in the list.
  for (let size = 0; size < family.size;) {
    size = family.size
    for (const { pid, parent } of processes) if (family.has(parent) && pid !== except) family.add(pid)
  }
  return processes.reduce((total, { pid, bytes }) => (family.has(pid) ? total + bytes : total), 0)
}

/** Undefined for one that has just ended. */
function statusOf(pid: string): { pid: number; parent: number; bytes: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
    return { pid: Number(pid), parent: field('PPid'), bytes: field('VmRSS') * 1024 }
  } catch {
    return undefined
  }
}
