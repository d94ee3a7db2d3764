import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'

/** A process that commits 1, 2, 3, … and tells its parent each number that was acknowledged, until it is killed. */
const { pool } = await openEmbeddedPostgres({ dataDir: process.argv[2]! })
await pool.query('create table numbers (number integer)')
for (let number = 1; ; number += 1) {
  await pool.query('insert into numbers values ($1)', [number])
  process.send!(number)
}
