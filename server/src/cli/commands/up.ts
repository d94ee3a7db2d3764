import { once } from 'node:events'

import type { Command } from 'commander'

import { compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { formatError } from '#cli/failure.ts'
import { interrupted } from '#cli/interrupt.ts'
import { systemClock } from '#domain/clock.ts'
import { createHttpApp, listen } from '#http/server.ts'

/** `cordon up`: the whole product in one process, until Ctrl-C. */
export function up(program: Command): void {
  program
    .command('up')
    .description('start Cordon: API, console, collectors and workers in one process')
    .action(async () => {
      const stop = interrupted()
      const config = readConfig(process.env)
      const log = (error: Parameters<typeof formatError>[0]) => void process.stderr.write(formatError(error))
      const note = (line: string) => void process.stderr.write(`${line}\n`)
      const app = await compose(config, { clock: systemClock, log, note })
      try {
        const administrator = await app.sessions.ensureAdministrator(config.adminName, config.adminPassword)
        const server = await listen(createHttpApp(app), config)
        await app.start()
        process.stdout.write(`Cordon ${app.version} is ready: ${server.url}\n`)
        if (administrator.password !== undefined) {
          process.stdout.write(
            `First sign-in: ${administrator.name} with password ${administrator.password} (shown this once)\n`,
          )
        }
        if (!stop.aborted) await once(stop, 'abort')
        app.drain()
        await server.close()
      } finally {
        await app.close()
      }
    })
}
