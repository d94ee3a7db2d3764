import type { EcsDocument } from '@cordon/api'
import { useState } from 'react'

import { fieldRows } from '#lib/ecs.ts'
import type { Sense } from '#lib/kql.ts'
import { inputClass } from '#parts/field.tsx'

import { FieldTools } from './field-tools.tsx'

interface Props {
  event: EcsDocument
  columns: readonly string[]
  onTerm: (field: string, value: unknown, sense: Sense) => void
  /** Shows the field as a column, or no longer. */
  onColumn: (field: string) => void
}

/** Every field of the event, and what one can do with its value. */
export function Fields({ event, columns, onTerm, onColumn }: Props) {
  const [text, setText] = useState('')
  const part = text.trim().toLowerCase()
  const rows = fieldRows(event)
    .map((row, index) => ({ ...row, key: `${row.field} ${index}` }))
    .filter(({ field, value }) => `${field}\n${value}`.toLowerCase().includes(part))
  return (
    <>
      <div className="border-b border-line p-2">
        <input
          type="search"
          aria-label="Find in the fields"
          placeholder="Find a field or a value"
          spellCheck={false}
          value={text}
          onChange={({ target }) => setText(target.value)}
          className={inputClass}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        <table className="w-full table-fixed text-xs" aria-label="Fields">
          <tbody>
            {rows.map(({ field, value, key }) => (
              <tr key={key} className="group border-b border-line align-top hover:bg-sunken/60 max-sm:block">
                <th
                  scope="row"
                  className="w-[40%] px-3 py-1.5 text-left font-mono font-normal break-all text-ink-3 max-sm:block max-sm:w-auto max-sm:pb-0"
                >
                  {field}
                </th>
                <td className="relative py-1.5 pr-3 break-words max-sm:block max-sm:pt-0 max-sm:pl-3 max-sm:text-sm pointer-coarse:pr-12">
                  {String(value)}
                  <FieldTools
                    field={field}
                    value={value}
                    isColumn={columns.includes(field)}
                    onTerm={(sense) => onTerm(field, value, sense)}
                    onColumn={() => onColumn(field)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p className="p-4 text-center text-sm text-ink-3">Nothing in this event is called so.</p>}
      </div>
    </>
  )
}
