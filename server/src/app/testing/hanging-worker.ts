import { createJobs } from '#app/jobs.ts'
import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { connectPostgres } from '#store/engines/postgres-server/engine.ts'

/** A worker that takes jobs of the queue `hunt`, notes each in the table `runs`, tells its parent, and never ends one. */
const [kind, place] = process.argv.slice(2) as [string, string]
const engine =
  kind === 'embedded' ? await openEmbeddedPostgres({ dataDir: place }) : await connectPostgres({ url: place })
await engine.pool.query('create table if not exists runs (number integer)')
const jobs = createJobs({
  pool: engine.pool,
  alone: kind === 'embedded',
  onError: (error) => process.stderr.write(`${String(error)}\n`),
})
await jobs.start()
await jobs.work('hunt', { concurrency: 2 }, async (data) => {
  await engine.pool.query('insert into runs values ($1)', [(data as { number: number }).number])
  process.send!('running')
  await new Promise(() => {})
})
process.send!('ready')
if (kind === 'embedded') await jobs.send('hunt', { number: 1 }, { key: 'one' })
