/** The commands in which records run through this process; the others ask a Cordon that runs, and are over soon. */
const WORKING = new Set(['up', 'worker', 'import', 'bench'])

/**
 * Node 24 lets V8's young generation grow to 128 MB and holds on to that, and the old one double before it is looked through:
 * more than all else that collecting takes. The first option makes the young one 16 MB: a blob of 68 MB then took 28 MB with
 * 30,000 records, and 76 MB more with 300, most of it waiting for the collector. The second makes the old one be looked through
 * when it has grown by half: 60,000 imported records peaked at 382 MB instead of 406, for 7.7 instead of 7.5 s of processor time.
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
