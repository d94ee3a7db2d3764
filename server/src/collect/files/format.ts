import { MemberWalker } from './members.ts'
import { TYPE_LINE, isAuditData } from './purview-csv.ts'
import { wrappedArray } from './wrapped-array.ts'

/** How a file holds its records; `property` is the array of a document that wraps them. */
export type AuditFileFormat =
  | { name: 'ndjson' | 'json-array' | 'json-objects' | 'purview-csv' }
  | { name: 'wrapped-array'; property: string }

/** How much of a file tells its format. */
export const HEAD_BYTES = 64 * 1024

/**
 * The format of a file from its beginning; `reason` says why it is none. A file without content is NDJSON without records.
 */
export function detectFormat(content: Buffer): AuditFileFormat | { reason: string } {
  const head = content.subarray(0, HEAD_BYTES)
  const text = head.toString().trimStart()
  const firstLine = /^[^\r\n]*/.exec(text)![0].trimEnd()
  if (text === '') return { name: 'ndjson' }
  if (text.startsWith('[')) return { name: 'json-array' }
  if (text.startsWith('{')) {
    const property = wrappedArray(head)
    if (property !== undefined) return { name: 'wrapped-array', property }
    return { name: formatOfObjects(head) }
  }
  const header = firstLine.startsWith(TYPE_LINE) ? text.slice(firstLine.length).trimStart() : firstLine
  const columns = /^[^\r\n]*/
    .exec(header)![0]
    .split(',')
    .map((column) => column.trim().replaceAll('"', ''))
  if (columns.some(isAuditData)) return { name: 'purview-csv' }
  if (/^\s*\{/m.test(text)) return { name: 'ndjson' }
  if (columns.length > 1) return { reason: 'It looks like CSV, but its header has no AuditData column.' }
  return { reason: 'It starts neither with a JSON record, nor with an array, nor with a CSV header.' }
}

/**
 * Whether content is lines of text: it begins with no JSON, though perhaps with a time in brackets. Pictures and archives have a
 * NUL soon, which no program writes into a line.
 */
export function isLines(content: Buffer): boolean {
  const text = content.subarray(0, HEAD_BYTES).toString().trimStart()
  return text !== '' && !/^(?:\{|\[\s*[\]{["])/.test(text) && !text.includes('\u0000')
}

/** How objects stand after one another, of content that begins with one and wraps nothing: a line each, or as they like. */
export function formatOfObjects(content: Buffer): 'json-objects' | 'ndjson' {
  const head = content.subarray(0, HEAD_BYTES)
  return isSpread(head.toString().trimStart()) || hasSeveral(head) ? 'json-objects' : 'ndjson'
}

/** Whether the first object goes on in its second line. A line of NDJSON that is cut ends otherwise, or `{` follows it. */
function isSpread(text: string): boolean {
  return /^[^\r\n]*(?:[{,]\s*[\r\n]\s*["}]|\[\s*[\r\n])/.test(text)
}

/** Whether a second object stands on the line where the first ends. */
function hasSeveral(head: Buffer): boolean {
  for (const mark of new MemberWalker().walk(head)) {
    if (mark.kind === 'close') return /^[^\S\r\n]*\{/.test(head.toString('utf8', mark.at, mark.at + 100))
  }
  return false
}
