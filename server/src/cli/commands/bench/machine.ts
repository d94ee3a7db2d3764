import { availableParallelism, cpus, totalmem } from 'node:os'

/** What a bench ran on: figures mean nothing without it. */
export function describeMachine(): Record<string, string | number> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory_mb: Math.round(totalmem() / 1e6),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  }
}
