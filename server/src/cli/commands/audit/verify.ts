import { AuditVerification } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { verifyFile } from './verify-file.ts'

const Options = z.object({
  file: z.string().optional(),
  anchor: z
    .string()
    .regex(/^\d+:[0-9a-f]{64}$/)
    .optional(),
})
type Verified = Omit<AuditVerification, 'seal'> & { seal?: AuditVerification['seal'] }

export function verifyAudit(audit: Command): void {
  audit
    .command('verify')
    .description(
      'walk the audit log and name the first entry that is not as it was written; exit code 1 if there is one',
    )
    .option('--file <file>', 'an export instead of the log itself; asks no server')
    .option('--anchor <n:hash>', 'an entry that the file must still have, as an earlier verification gave it')
    .action(async (_options, command: Command) => {
      const { file, anchor } = Options.parse(command.opts())
      const verified: Verified = file
        ? await verifyFile(file, anchor)
        : await clientOf(command).send('GET', '/audit/verification', AuditVerification)
      print(command, verified, () => sentences(verified))
      if (verified.broken) process.exitCode = 1
    })
}

function sentences({ entries, head, broken, seal }: Verified): string {
  if (broken) return `BROKEN at entry ${broken.sequence} (${broken.kind}): ${broken.what}\n`
  const unsealed = seal === 'missing' ? 'The head has no seal yet; it gets one with the next entry.\n' : ''
  return `The audit log is whole: ${entries} entries, the newest ${head.sequence}:${head.hash}\n${unsealed}`
}
