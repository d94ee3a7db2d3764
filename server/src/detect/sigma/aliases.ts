import type { Node } from 'yaml'

import type { SigmaCorrelation } from './documents.ts'
import { offsetOf, type Reader } from './reader.ts'

/** Names in `group-by` that stand for other fields in the events of some rules. */
export function readAliases(reader: Reader, correlation: Node | undefined): SigmaCorrelation['aliases'] {
  const node = reader.at(correlation, 'aliases')
  if (node === undefined) return {}
  const entries = reader.entries(node)
  if (entries === undefined) reader.problems.add(offsetOf(node), '`aliases`', 'names, each with a field for each rule')
  return Object.fromEntries(
    (entries ?? []).map(({ key, value, offset }) => {
      const fields = reader.entries(value) ?? []
      if (fields.length === 0) reader.problems.add(offset, `the alias \`${key}\``, 'a field for each rule')
      return [
        key,
        Object.fromEntries(
          fields.map((field) => {
            const text = reader.text(field.value)
            if (text === undefined)
              reader.problems.add(field.offset, `no field for \`${field.key}\``, 'the name of a field')
            return [field.key, text ?? '']
          }),
        ),
      ]
    }),
  )
}
