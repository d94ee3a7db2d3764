import { Search, X } from 'lucide-react'
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'

import type { EventFilter } from '#lib/api.ts'
import { complete, completionAt } from '#lib/kql-completion.ts'
import { inputClass } from '#parts/field.tsx'

import { useSuggestions, type Suggestion } from './use-suggestions.ts'

interface Props {
  input: RefObject<HTMLInputElement | null>
  tenantId: string
  filter: EventFilter
  text: string
  isFaulty: boolean
  onChange: (text: string) => void
  onSearch: () => void
}

/**
 * The one query box. While one types it offers fields, values and how to go on; arrow keys choose, Enter and Tab take what
 * is chosen, Enter alone searches.
 */
export function QueryBox({ input, tenantId, filter, text, isFaulty, onChange, onSearch }: Props) {
  const list = useId()
  const [caret, setCaret] = useState<number>()
  const [chosen, setChosen] = useState(-1)
  /** What was taken, and where one goes on writing once it stands in the box. */
  const taken = useRef<{ query: string; caret: number }>(undefined)
  const completion = caret === undefined ? undefined : completionAt(text, Math.min(caret, text.length))
  const suggestions = useSuggestions(tenantId, filter, completion)
  const isOpen = suggestions.length > 0
  const close = () => setCaret(undefined)
  const look = () => {
    setCaret(input.current?.selectionStart ?? text.length)
    setChosen(-1)
  }
  const take = ({ text: written }: Suggestion) => {
    if (!completion) return
    const after = complete(text, completion, written)
    onChange(after.query)
    setChosen(-1)
    setCaret(after.caret)
    taken.current = after
  }
  // As soon as the text is in the box: whoever types on at once would else write before the caret is in its place.
  useLayoutEffect(() => {
    if (taken.current?.query !== text) return
    const { caret: place } = taken.current
    taken.current = undefined
    input.current?.focus()
    input.current?.setSelectionRange(place, place)
  })
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    const picked = suggestions[chosen]
    if (event.key === 'ArrowDown' && !isOpen) look()
    else if (event.key === 'ArrowDown') setChosen((chosen + 1) % suggestions.length)
    else if (event.key === 'ArrowUp' && isOpen) setChosen(chosen <= 0 ? suggestions.length - 1 : chosen - 1)
    else if ((event.key === 'Enter' || event.key === 'Tab') && picked && isOpen) take(picked)
    else if (event.key === 'Enter') {
      close()
      onSearch()
    } else if (event.key === 'Escape') {
      if (isOpen) close()
      else event.currentTarget.blur()
    } else return
    event.preventDefault()
  }
  return (
    <div className="relative min-w-0 flex-1">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-3"
      />
      <input
        ref={input}
        role="combobox"
        aria-label="Query"
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-activedescendant={isOpen && chosen >= 0 ? `${list}-${chosen}` : undefined}
        aria-invalid={isFaulty}
        aria-describedby="query-fault"
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="search"
        placeholder={'user.name : "ana*" and not source.ip : 10.0.0.0/8'}
        value={text}
        onChange={(event) => {
          onChange(event.target.value)
          look()
        }}
        onClick={look}
        onKeyDown={press}
        onKeyUp={({ key }) => {
          if (isOpen && (key === 'ArrowLeft' || key === 'ArrowRight' || key === 'Home' || key === 'End')) look()
        }}
        onBlur={close}
        className={`${inputClass} pr-8 pl-8 font-mono text-[13px]`}
      />
      {text !== '' && (
        <button
          type="button"
          aria-label="Clear the query"
          title="Clear"
          onClick={() => {
            onChange('')
            input.current?.focus()
          }}
          className="absolute top-1/2 right-1 inline-flex size-6 -translate-y-1/2 items-center justify-center rounded text-ink-3 hover:bg-sunken hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
      <ul
        id={list}
        // The pattern of a combobox has no tag of its own.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role, jsx-a11y/prefer-tag-over-role
        role="listbox"
        aria-label="Suggestions"
        hidden={!isOpen}
        className="absolute top-full left-0 z-40 mt-1 max-h-80 w-full max-w-xl overflow-auto rounded-lg border border-line bg-surface p-1 shadow-float"
      >
        {suggestions.map((suggestion, index) => (
          // The box keeps the focus; its keys choose and take.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={suggestion.text}
            id={`${list}-${index}`}
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role, jsx-a11y/prefer-tag-over-role
            role="option"
            aria-selected={index === chosen}
            ref={(item) => {
              if (index === chosen) item?.scrollIntoView({ block: 'nearest' })
            }}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(suggestion)}
            className={`flex min-h-8 cursor-pointer items-center gap-3 rounded px-2 py-1 text-[13px] max-sm:min-h-10 ${index === chosen ? 'bg-accent-soft' : 'hover:bg-sunken'}`}
          >
            <span className="min-w-0 flex-1 truncate font-mono">{suggestion.label}</span>
            <span className="shrink-0 text-xs text-ink-3">{suggestion.detail}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
