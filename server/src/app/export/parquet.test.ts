import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { connect } from '#store/clickhouse/client.ts'
import { startEmbeddedClickHouse } from '#store/engines/clickhouse-embedded/engine.ts'

import { parquetFile, type ParquetColumn } from './parquet.ts'

interface Row {
  n: number
}

const COLUMNS: ParquetColumn<Row>[] = [
  { name: '@timestamp', type: 'time', value: ({ n }) => Date.UTC(2026, 10, 20) + n },
  { name: 'text', type: 'text', value: ({ n }) => (n % 3 === 0 ? undefined : `Zoë 🦊 "${n}"\n`) },
  { name: 'number', type: 'number', value: ({ n }) => (n % 2 === 0 ? n / 4 : undefined) },
  { name: 'none', type: 'text', value: () => undefined },
]

async function* rows(count: number): AsyncGenerator<Row> {
  for (let n = 0; n < count; n += 1) yield { n }
}

test('A Parquet file is read by another program as it was written: none, few, and several groups of rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-parquet-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'engine') })
  onTestFinished(() => engine.stop())
  const clickhouse = connect(engine)
  onTestFinished(() => clickhouse.close())
  for (const count of [0, 5, 23_456]) {
    const file = join(folder, `${count}.parquet`)
    await writeFile(file, parquetFile(COLUMNS, rows(count)))
    const [summary] = await clickhouse.rows(
      `SELECT toUInt32(count()) AS rows, toUInt32(count(text)) AS texts, sum(number) AS sum, toUInt32(count(none)) AS none
        FROM file({file:String}, 'Parquet')`,
      { file },
    )
    const numbers = Array.from({ length: count }, (_, n) => n)
    expect(summary).toEqual({
      rows: count,
      texts: numbers.filter((n) => n % 3 !== 0).length,
      sum: count === 0 ? null : numbers.filter((n) => n % 2 === 0).reduce((sum, n) => sum + n / 4, 0),
      none: 0,
    })
    const [row] = await clickhouse.rows(
      `SELECT toString("@timestamp") AS time, text, number FROM file({file:String}, 'Parquet') WHERE number = 1`,
      { file },
    )
    const fourth = { time: '2026-11-20 00:00:00.004', text: 'Zoë 🦊 "4"\n', number: 1 }
    expect(row).toEqual(count > 4 ? fourth : undefined)
  }
})
