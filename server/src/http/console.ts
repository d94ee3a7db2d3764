import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'

/** Where the console's build lies, seen from this file. */
const BUILT_CONSOLE = join(import.meta.dirname, '../../../console/dist')

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>Cordon</title>
<h1>The console is not built</h1>
<p>The API runs. To get the pages, run <code>npm run build -w @cordon/console</code> and load this page again.</p>
<p>The API is described at <a href="/api/openapi.json">/api/openapi.json</a>.</p>`

/**
 * The console's files; any other path is a page of the console and gets its document. Names under `assets/` carry a hash
 * of the content, so browsers may keep them for ever; the document itself is always asked for again.
 */
export function createConsole(folder = BUILT_CONSOLE): Hono {
  const app = new Hono()
  app.use('/assets/*', async (context, next) => {
    await next()
    if (context.res.ok) context.header('Cache-Control', 'public, max-age=31536000, immutable')
  })
  app.use('*', serveStatic({ root: folder }))
  app.get('/assets/*', (context) => context.notFound())
  app.get('*', async (context, next) => {
    if (!existsSync(join(folder, 'index.html'))) return context.html(NOT_BUILT, 503)
    return serveStatic({ root: folder, path: 'index.html' })(context, next)
  })
  return app
}
