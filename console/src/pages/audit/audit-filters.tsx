import { useState, type SubmitEvent } from 'react'

import type { AuditSearch } from '#lib/audit-search.ts'
import { Button } from '#parts/button.tsx'
import { Field, Select } from '#parts/field.tsx'

interface Props {
  search: AuditSearch
  /** Those that may be chosen. */
  tenants: readonly { id: string; name: string }[]
  /** Whether the whole installation may be. */
  isOverall: boolean
  onChange: (search: AuditSearch) => void
}

/** Which entries: applied when one leaves a field with Enter or presses the button. */
export function AuditFilters({ search, tenants, isOverall, onChange }: Props) {
  const [draft, setDraft] = useState(search)
  const set = (name: keyof AuditSearch, value: string): AuditSearch => {
    const { [name]: _before, ...rest } = draft
    const next = value === '' ? rest : { ...rest, [name]: value }
    setDraft(next)
    return next
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    onChange(draft)
  }
  return (
    <form
      onSubmit={submit}
      className="grid grid-cols-2 items-end gap-3 sm:grid-cols-[200px_160px_200px_150px_150px_auto] sm:justify-start"
    >
      <Select label="Of" value={draft.tenant ?? ''} onChange={({ target }) => onChange(set('tenant', target.value))}>
        {isOverall && <option value="">the whole installation</option>}
        {tenants.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <Field label="Who" value={draft.actor ?? ''} onChange={({ target }) => set('actor', target.value)} />
      <Field
        label="What"
        placeholder="action-run"
        value={draft.action ?? ''}
        onChange={({ target }) => set('action', target.value.trim())}
      />
      <Field
        label="From (UTC)"
        type="date"
        value={draft.from ?? ''}
        onChange={({ target }) => set('from', target.value)}
      />
      <Field
        label="Until (UTC)"
        type="date"
        value={draft.to ?? ''}
        onChange={({ target }) => set('to', target.value)}
      />
      <Button type="submit">Filter</Button>
    </form>
  )
}
