/** The commands in which records run through this process; the others ask a Cordon that runs, and are over soon. */
const WORKING = new Set(['up', 'worker', 'import', 'bench'])

/** Megabytes of each of the two halves. */
const OPTION = '--max-semi-space-size'
const HALF_MB = 8

/**
 * Keeps V8's young generation within 16 MB. Node 24 lets it grow to 128 MB and holds on to that: more than all else that
 * collecting takes. Measured with a blob of 68 MB: a third of the memory that it costs; importing takes as long as before.
 *
 * V8 takes this option at its start only, and neither `npx` nor the shell that starts `cordon` says one: so this process
 * becomes the same one anew with it, before much is loaded. Where processes cannot do that (Windows), all stays as Node has it.
 */
export function boundYoungGeneration(): void {
  const [, program, command] = process.argv
  const isSaid = [...process.execArgv, process.env['NODE_OPTIONS']].some((option) => option?.includes(OPTION))
  // The channel to a parent would not be there afterwards.
  if (isSaid || process.send || !process.execve || process.platform === 'win32') return
  if (program === undefined || command === undefined || !WORKING.has(command)) return
  const options = [`${OPTION}=${HALF_MB}`, ...process.execArgv]
  process.execve(process.execPath, [process.execPath, ...options, ...process.argv.slice(1)])
}
