import type { Command } from 'commander'
import { z } from 'zod'

import { type Application, compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { importFiles, type ImportProgress } from '#app/import.ts'
import { checkDataset } from '#app/normalize.ts'
import { formatError } from '#cli/failure.ts'
import { interrupted } from '#cli/interrupt.ts'
import { facts, print } from '#cli/output.ts'
import { systemClock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'
import { type IntakeCounts, NO_COUNTS } from '#domain/outcome.ts'

const Options = z.object({ dataset: z.string(), tenant: z.string().optional() })
/** Holds what was imported before any tenant was connected. */
const IMPORTED = parseTenantId('00000000-0000-0000-0000-000000000000')!
const PROGRESS_EVERY_MS = 500

/** `cordon import`: files of audit records into the stores, through the same pipeline as the feeds. */
export function importRecords(program: Command): void {
  program
    .command('import')
    .description(
      'import files: JSON records in any common shape or a Purview CSV export, plain or gzipped; - is standard input',
    )
    .requiredOption('--dataset <name>', 'what the records are: o365.audit')
    .argument('<files...>')
    .action(async (files: string[], _options, command: Command) => {
      const { dataset, tenant } = Options.parse(command.optsWithGlobals())
      checkDataset(dataset)
      const stop = interrupted()
      const log = (error: AppError) => void process.stderr.write(formatError(error))
      const app = await compose(readConfig(process.env), { clock: systemClock, log })
      let counts = NO_COUNTS
      try {
        const show = progressLine()
        await importFiles(app.pipeline, {
          tenantId: await chooseTenant(app.tenants, tenant),
          dataset,
          signal: stop,
          sources: files.map((file) => (file === '-' ? { stream: process.stdin, name: 'standard input' } : file)),
          onProgress(progress) {
            counts = progress.counts
            show(progress)
          },
        })
      } finally {
        // Told after a fault in a file too: what came before it is imported.
        print(command, counts, () => summary(counts))
        await app.close()
      }
      if (stop.aborted) throw interruptedImport()
    })
}

async function chooseTenant(tenants: Application['tenants'], named: string | undefined): Promise<TenantId> {
  const known = await tenants.list()
  if (named === undefined && known.length <= 1) {
    return known[0]?.id ?? (await tenants.ensure(IMPORTED, 'Imported records')).id
  }
  const id = named === undefined ? undefined : parseTenantId(named)
  if (id) return known.some((tenant) => tenant.id === id) ? id : (await tenants.ensure(id, id)).id
  throw new AppError({
    code: named === undefined ? 'TENANT_NOT_FOUND' : 'CONNECT_TENANT_INVALID',
    what: 'Nothing was imported.',
    why:
      named === undefined
        ? `There are ${known.length} tenants and none was named.`
        : `${JSON.stringify(named)} is not a directory (tenant) ID; that is a GUID.`,
    fix: `Name one with --tenant: ${known.map((tenant) => `${tenant.id} (${tenant.name})`).join(', ')}.`,
  })
}

/** One line on a terminal that keeps changing; nothing where standard error is not one. */
function progressLine(): (progress: ImportProgress) => void {
  let shownAt = 0
  return ({ file, counts, sizeBytes, bytesRead }) => {
    if (!process.stderr.isTTY || systemClock.now() - shownAt < PROGRESS_EVERY_MS) return
    shownAt = systemClock.now()
    const percent = sizeBytes ? ` ${Math.floor((100 * bytesRead) / sizeBytes)} %` : ''
    process.stderr.write(`\r\u001B[K${file}${percent}: ${counts.read} read, ${counts.kept} kept\r`)
  }
}

function summary({ read, kept, duplicates, dropped, quarantined }: IntakeCounts): string {
  const each = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || '0'
  return facts({ read, kept, duplicates, dropped: each(dropped), quarantined: each(quarantined) })
}

function interruptedImport(): AppError {
  return new AppError({
    code: 'IMPORT_INTERRUPTED',
    what: 'The import was stopped before its end.',
    why: 'It was interrupted. What the summary counts is stored.',
    fix: 'Run the same command again: what is stored already counts as duplicates.',
  })
}
