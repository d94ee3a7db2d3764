/** The commands in which records run through this process; the others ask a Cordon that runs, and are over soon. */
const WORKING = new Set(['up', 'worker', 'import', 'bench'])

/**
 * Node 24 lets V8's young generation grow to 128 MB and holds on to that, and lets the old one double before it is looked through:
 * more than all else that collecting takes. With these, 16 MB and half as much again: a blob of 68 MB then costs less than its
 * size, and importing takes as long as before (measured: 7.5 and 7.7 s of processor time for 60,000 records, 406 and 382 MB).
 */
const OPTIONS = ['--max-semi-space-size=8', '--heap-growing-percent=50']

/**
 * Becomes the same process anew with {@link OPTIONS}, before much is loaded: V8 takes them at its start only, and neither `npx`
 * nor the shell that starts `cordon` says any. Where processes cannot do that (Windows), or someone chose a young generation
 * of their own, all stays as it is.
 */
export function setHeapOptions(): void {
  const [, program, command] = process.argv
  const isSaid = [...process.execArgv, process.env['NODE_OPTIONS']].some((option) =>
    option?.includes('semi-space-size'),
  )
  // The channel to a parent would not be there afterwards.
  if (isSaid || process.send || !process.execve || process.platform === 'win32') return
  if (program === undefined || command === undefined || !WORKING.has(command)) return
  process.execve(process.execPath, [process.execPath, ...OPTIONS, ...process.execArgv, ...process.argv.slice(1)])
}
