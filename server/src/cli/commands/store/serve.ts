import { once } from 'node:events'

import type { Command } from 'commander'
import { z } from 'zod'

import { serveEventStore } from '#app/stores.ts'
import { interrupted } from '#cli/interrupt.ts'
import { print } from '#cli/output.ts'

const Options = z.object({ host: z.string(), port: z.coerce.number().int().min(0).max(65_535), data: z.string() })

/** `cordon store serve`: the embedded event store for several Cordon processes, until Ctrl-C. */
export function serveStore(store: Command): void {
  store
    .command('serve')
    .description('serve the embedded event store over HTTP, so that several processes can share it')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', '8123')
    .option('--data <folder>', 'folder of the store', '.cordon/events')
    .action(async (_options, command: Command) => {
      const stop = interrupted()
      const served = await serveEventStore(Options.parse(command.opts()), process.env['CORDON_STORE_PASSWORD'])
      print(command, { url: served.url }, () => `The event store is ready. CORDON_CLICKHOUSE_URL=${served.url}\n`)
      if (!stop.aborted) await once(stop, 'abort')
      await served.stop()
    })
}
