import { Plus, X } from 'lucide-react'
import { useRef, useState } from 'react'

import {
  changePart,
  DEEPEST_GROUP,
  isGroup,
  newCondition,
  newGroup,
  type DraftGroup,
  type DraftPart,
} from '#lib/filter-draft.ts'
import { Button, IconButton } from '#parts/button.tsx'
import { inputClass } from '#parts/field.tsx'

import { ConditionRow } from './condition-row.tsx'

interface Props {
  group: DraftGroup
  /** 1 is the outermost. */
  depth?: number
  /** It was just added, so typing goes on in its first condition. */
  fresh?: boolean
  /** What the server says is wrong, by the id of the part. */
  problems: ReadonlyMap<number, string>
  onChange: (group: DraftGroup) => void
  onRemove?: () => void
}

/** Conditions, and groups of them, of which all must hold or any is enough. */
export function FilterGroup({ group, depth = 1, fresh, problems, onChange, onRemove }: Props) {
  const [freshId, setFreshId] = useState(fresh ? group.conditions[0]?.id : undefined)
  const addButton = useRef<HTMLButtonElement>(null)
  const add = (part: DraftPart) => {
    setFreshId(part.id)
    onChange({ ...group, conditions: [...group.conditions, part] })
  }
  const change = (id: number, changed: DraftPart | undefined) => {
    onChange(changePart(group, id, () => changed))
    // The row that had the focus is gone; without this the keyboard would start at the top of the page.
    if (changed === undefined) addButton.current?.focus()
  }
  return (
    <fieldset
      className={depth === 1 ? 'px-4 py-2' : 'my-2 min-w-0 rounded-md border border-line bg-sunken/40 px-3 py-1'}
    >
      <legend className="sr-only">{depth === 1 ? 'Conditions' : 'Group of conditions'}</legend>
      <div className="flex items-center gap-2 py-1.5 text-sm">
        <select
          aria-label="How many of these must hold"
          className={`${inputClass} w-24! font-medium`}
          value={group.logic}
          onChange={(event) => onChange({ ...group, logic: event.target.value === 'or' ? 'or' : 'and' })}
        >
          <option value="and">All of</option>
          <option value="or">Any of</option>
        </select>
        <span className="text-ink-2">{group.logic === 'and' ? 'these must hold' : 'these is enough'}</span>
        {onRemove && (
          <IconButton label="Remove group" className="ml-auto" onClick={onRemove}>
            <X aria-hidden className="size-4" />
          </IconButton>
        )}
      </div>
      {problems.has(group.id) && (
        <p role="alert" className="text-xs font-medium text-bad">
          {problems.get(group.id)}
        </p>
      )}
      <div className="divide-y divide-line">
        {group.conditions.map((part) =>
          isGroup(part) ? (
            <FilterGroup
              key={part.id}
              group={part}
              depth={depth + 1}
              problems={problems}
              fresh={part.id === freshId}
              onChange={(changed) => change(part.id, changed.conditions.length > 0 ? changed : undefined)}
              onRemove={() => change(part.id, undefined)}
            />
          ) : (
            <ConditionRow
              key={part.id}
              condition={part}
              fresh={part.id === freshId}
              error={problems.get(part.id)}
              onChange={(changed) => change(part.id, changed)}
              onRemove={() => change(part.id, undefined)}
            />
          ),
        )}
      </div>
      <div className="flex flex-wrap gap-2 py-2">
        <Button ref={addButton} onClick={() => add(newCondition())}>
          <Plus aria-hidden className="size-4" />
          Add condition
        </Button>
        {depth < DEEPEST_GROUP && (
          <Button look="quiet" onClick={() => add(newGroup())}>
            <Plus aria-hidden className="size-4" />
            Add group
          </Button>
        )}
      </div>
    </fieldset>
  )
}
