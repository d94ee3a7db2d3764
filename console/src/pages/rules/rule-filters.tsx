import { SeverityName } from '@cordon/api'

import { TACTICS } from '#lib/attack.ts'
import type { RuleSearch } from '#lib/rule-search.ts'
import { inputClass } from '#parts/field.tsx'

const STATES = [
  { id: 'on', title: 'On' },
  { id: 'off', title: 'Off' },
  { id: 'imported', title: 'Imported' },
  { id: 'tuned', title: 'Tuned or changed' },
  { id: 'silent', title: 'Can never fire' },
] as const

type Props = { search: RuleSearch; onChange: (search: RuleSearch) => void }

/** Which rules are shown. */
export function RuleFilters({ search, onChange }: Props) {
  const { text = '', level, tactic, state } = search
  const change = (changed: { [Key in keyof RuleSearch]: RuleSearch[Key] | undefined }) =>
    onChange(
      Object.fromEntries(
        Object.entries({ ...search, ...changed }).filter(([, value]) => value !== undefined && value !== ''),
      ),
    )
  const select = `${inputClass} sm:w-auto`
  return (
    <search className="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap">
      <input
        type="search"
        aria-label="Search rules"
        placeholder="Title, technique, author, file…"
        value={text}
        onChange={({ target }) => change({ text: target.value })}
        className={`${inputClass} col-span-2 sm:w-80`}
      />
      <select
        aria-label="Level"
        className={select}
        value={level ?? ''}
        onChange={({ target }) => change({ level: SeverityName.safeParse(target.value).data })}
      >
        <option value="">Every level</option>
        {SeverityName.options.toReversed().map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      <select
        aria-label="ATT&CK tactic"
        className={select}
        value={tactic ?? ''}
        onChange={({ target }) => change({ tactic: TACTICS.find(({ id }) => id === target.value)?.id })}
      >
        <option value="">Every tactic</option>
        {TACTICS.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
      <select
        aria-label="State"
        className={select}
        value={state ?? ''}
        onChange={({ target }) => change({ state: STATES.find(({ id }) => id === target.value)?.id })}
      >
        <option value="">On and off</option>
        {STATES.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </search>
  )
}
