import { styleText } from 'node:util'

import type { Command } from 'commander'

/** A table: a title and a value per column. */
export type Columns<Row> = Record<string, (row: Row) => string | number | undefined>

/** Prints a reply: as JSON with `--json`, else as `readable` has it. */
export function print(command: Command, reply: unknown, readable: () => string): void {
  const { json } = command.optsWithGlobals<{ json?: boolean }>()
  const text = json ? JSON.stringify(reply, undefined, 2) : readable()
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** Rows under titles, columns as wide as their widest value; `none` when there are no rows. */
export function table<Row>(rows: readonly Row[], columns: Columns<Row>, none: string): string {
  if (rows.length === 0) return `${none}\n`
  const cells = rows.map((row) => Object.values(columns).map((value) => oneLine(String(value(row) ?? ''))))
  const titles = Object.keys(columns)
  const widths = titles.map((title, column) => Math.max(title.length, ...cells.map((line) => line[column]!.length)))
  const align = (line: readonly string[]) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  return [styleText('dim', align(titles)), ...cells.map(align)].map((line) => `${line}\n`).join('')
}

/** Names and values under each other; values that are undefined are left out. */
export function facts(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  const width = Math.max(...given.map(([name]) => name.length))
  return given.map(([name, value]) => `${styleText('dim', name.padEnd(width))}  ${oneLine(String(value))}\n`).join('')
}

/** Without the control characters that a stranger's subject could move the cursor or recolor the terminal with. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
