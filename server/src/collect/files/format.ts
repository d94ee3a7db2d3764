import { TYPE_LINE, isAuditData } from './purview-csv.ts'

export type AuditFileFormat = 'ndjson' | 'json-array' | 'purview-csv'

/** How much of a file tells its format. */
export const HEAD_BYTES = 64 * 1024

/**
 * The format of a file from its beginning; `reason` says why it is none. A file without content is NDJSON without records.
 */
export function detectFormat(head: Buffer): { format: AuditFileFormat } | { reason: string } {
  const text = head.toString('utf8', 0, HEAD_BYTES).trimStart()
  const firstLine = /^[^\r\n]*/.exec(text)![0].trimEnd()
  if (text === '') return { format: 'ndjson' }
  if (text.startsWith('[')) return { format: 'json-array' }
  if (text.startsWith('{')) {
    if (!/[{[,]$/.test(firstLine)) return { format: 'ndjson' }
    return { reason: 'It is one JSON document over several lines, not a list of audit records.' }
  }
  const header = firstLine.startsWith(TYPE_LINE) ? text.slice(firstLine.length).trimStart() : firstLine
  const columns = /^[^\r\n]*/
    .exec(header)![0]
    .split(',')
    .map((column) => column.trim().replaceAll('"', ''))
  if (columns.some(isAuditData)) return { format: 'purview-csv' }
  if (/^\s*\{/m.test(text)) return { format: 'ndjson' }
  if (columns.length > 1) return { reason: 'It looks like CSV, but its header has no AuditData column.' }
  return { reason: 'It starts neither with a JSON record, nor with an array, nor with a CSV header.' }
}
