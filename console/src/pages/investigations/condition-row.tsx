import { MailField } from '@cordon/api'
import { X } from 'lucide-react'
import { useEffect, useId, useRef } from 'react'

import type { DraftCondition } from '#lib/filter-draft.ts'
import { FIELD_WORDS } from '#lib/filter-words.ts'
import { IconButton } from '#parts/button.tsx'
import { inputClass } from '#parts/field.tsx'

interface Props {
  condition: DraftCondition
  /** The row was just added, so typing goes on in it. */
  fresh: boolean
  /** Why the server does not take it. */
  error: string | undefined
  onChange: (condition: DraftCondition) => void
  onRemove: () => void
}

/** One sentence of a filter: "Any link" "goes to" "bad.example". */
export function ConditionRow({ condition, fresh, error, onChange, onRemove }: Props) {
  const hintId = useId()
  const select = useRef<HTMLSelectElement>(null)
  useEffect(() => {
    if (fresh) select.current?.focus()
  }, [fresh])
  const { label, verb, notVerb, placeholder, hint, mono } = FIELD_WORDS[condition.field]
  return (
    <div className="grid grid-cols-[minmax(0,13rem)_minmax(0,9rem)_minmax(0,1fr)_auto] items-center gap-x-2 gap-y-1.5 py-2 max-sm:grid-cols-[minmax(0,1fr)_auto]">
      <select
        aria-label="What to look at"
        ref={select}
        className={`${inputClass} font-medium`}
        value={condition.field}
        onChange={(event) => onChange({ ...condition, field: MailField.parse(event.target.value) })}
      >
        {MailField.options.map((field) => (
          <option key={field} value={field}>
            {FIELD_WORDS[field].label}
          </option>
        ))}
      </select>
      <select
        aria-label={`${label}: must it hold`}
        className={`${inputClass} max-sm:order-3`}
        value={condition.not ? 'not' : 'is'}
        onChange={(event) => onChange({ ...condition, not: event.target.value === 'not' })}
      >
        <option value="is">{verb}</option>
        <option value="not">{notVerb}</option>
      </select>
      <input
        aria-label={`${label} ${condition.not ? notVerb : verb}`}
        aria-invalid={error !== undefined}
        aria-describedby={`${hintId} ${hintId}-error`}
        className={`${inputClass} max-sm:order-4 max-sm:col-span-2 ${mono ? 'font-mono text-xs' : ''}`}
        placeholder={placeholder}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        value={condition.value}
        onChange={(event) => onChange({ ...condition, value: event.target.value })}
      />
      <IconButton label={`Remove: ${label}`} className="max-sm:order-2" onClick={onRemove}>
        <X aria-hidden className="size-4" />
      </IconButton>
      {error && (
        <p id={`${hintId}-error`} role="alert" className="col-span-full text-xs font-medium text-bad max-sm:order-5">
          {error}
        </p>
      )}
      {hint && (
        <p id={hintId} className="col-span-full text-xs text-ink-3 max-sm:order-5">
          {hint}
        </p>
      )}
    </div>
  )
}
