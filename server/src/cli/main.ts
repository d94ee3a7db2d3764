import { reportFailure } from './failure.ts'
import { setHeapOptions } from './heap-options.ts'

setHeapOptions()

// A reader that has seen enough (`cordon … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

// All of Cordon is loaded by the process that stays.
const { buildProgram } = await import('./program.ts')

await buildProgram()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = reportFailure(error)
  })
