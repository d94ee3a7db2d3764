import { reportFailure } from './failure.ts'
import { boundYoungGeneration } from './young-generation.ts'

// A reader that has seen enough (`cordon … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

boundYoungGeneration()
// Loaded after that: all of Cordon would have let it grow.
const { buildProgram } = await import('./program.ts')

await buildProgram()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = reportFailure(error)
  })
