import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { AppError } from '#domain/errors.ts'

const SYNTHESIZER = join(import.meta.dirname, '../../../../../tools/synthesize-audit.ts')

/** Writes made-up records of `o365.audit` to a file, one a line: the same for the same seed. */
export async function synthesizeRecords(file: string, { records, seed }: { records: number; seed: number }) {
  const args = [SYNTHESIZER, '--records', String(records), '--seed', String(seed), '--out', file]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code === 0) return
  throw new AppError({
    code: 'INTERNAL_FAULT',
    what: 'The bench has no records.',
    why: `tools/synthesize-audit.ts ended with exit code ${String(code)}.`,
    fix: 'See what it printed above; it needs about 1.4 KB a record in the folder for temporary files.',
  })
}
