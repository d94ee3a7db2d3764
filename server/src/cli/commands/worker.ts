import { existsSync } from 'node:fs'
import { once } from 'node:events'

import type { Command } from 'commander'

import { compose } from '#app/compose.ts'
import { type Config, readConfig } from '#app/config.ts'
import { formatError } from '#cli/failure.ts'
import { interrupted } from '#cli/interrupt.ts'
import { systemClock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import { giveWay } from '#domain/priority.ts'

/**
 * `cordon worker`: collectors and workers without API and console, beside a `cordon up` on the same servers, as many as one likes.
 * They share feeds, searches and actions, and take over what another leaves.
 */
export function worker(program: Command): void {
  program
    .command('worker')
    .description(
      'start a process that only collects and works, beside `cordon up` on the same PostgreSQL and ClickHouse',
    )
    .action(async () => {
      const stop = interrupted()
      // To the processes that answer people.
      giveWay()
      const config = readConfig(process.env)
      checkShared(config)
      const log = (error: AppError) => void process.stderr.write(formatError(error))
      const note = (line: string) => void process.stderr.write(`${line}\n`)
      const app = await compose(config, { clock: systemClock, log, note })
      try {
        await app.start()
        process.stdout.write(`Cordon ${app.version} is working.\n`)
        if (!stop.aborted) await once(stop, 'abort')
        app.drain()
      } finally {
        await app.close()
      }
    })
}

/** @throws AppError CONFIG_VALUE_INVALID where it would work for itself alone. */
function checkShared({ postgresUrl, clickhouseUrl, key, keyFile }: Config): void {
  const missing = [
    ...(postgresUrl === undefined ? ['CORDON_POSTGRES_URL'] : []),
    ...(clickhouseUrl === undefined ? ['CORDON_CLICKHOUSE_URL'] : []),
    // One that is made here would open nothing of theirs.
    ...(key === undefined && !existsSync(keyFile) ? ['CORDON_KEY_FILE or CORDON_KEY'] : []),
  ]
  if (missing.length === 0) return
  throw new AppError({
    code: 'CONFIG_VALUE_INVALID',
    what: 'The worker was not started.',
    why: `It works on what other processes share with it, and has no ${missing.join(', no ')}.`,
    fix: 'Set them as they are set for the `cordon up` beside which it is to work; the key file is the same file, or a copy.',
  })
}
