import { useId } from 'react'

import type { DraftCondition } from '#lib/investigation-draft.ts'
import { inputClass } from '#parts/field.tsx'

interface Props extends DraftCondition {
  label: string
  verb: string
  type?: 'text' | 'datetime-local'
  placeholder?: string
  mono?: boolean
  onChange: (condition: DraftCondition) => void
}

/** One sentence of a filter: on or off, and its value. What is off keeps its value. */
export function Condition({ label, verb, type = 'text', placeholder, mono, on, value, onChange }: Props) {
  const id = useId()
  return (
    <div className="grid grid-cols-[16px_176px_88px_minmax(0,1fr)] items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm max-sm:grid-cols-[16px_1fr]">
      <input
        type="checkbox"
        aria-label={`Use ${label.toLowerCase()}`}
        checked={on}
        onChange={(event) => onChange({ on: event.target.checked, value })}
        className="size-4"
      />
      <label htmlFor={id} className={on ? 'font-medium' : 'text-ink-2'}>
        {label}
      </label>
      <span className="text-ink-3 max-sm:hidden">{verb}</span>
      <input
        id={id}
        type={type}
        placeholder={placeholder}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange({ on: event.target.value !== '', value: event.target.value })}
        className={`${inputClass} max-sm:col-span-2 ${mono ? 'font-mono text-xs' : ''} ${on || value === '' ? '' : 'text-ink-3'}`}
      />
    </div>
  )
}
