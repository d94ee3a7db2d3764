/**
 * Aborted at the first Ctrl-C or SIGTERM. Further ones change nothing, since a terminal and a parent process often both
 * send one: what is under way ends cleanly.
 */
export function interrupted(): AbortSignal {
  const controller = new AbortController()
  const stop = () => controller.abort(new Error('Interrupted.'))
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop)
  return controller.signal
}
