import type { EventField } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { ArrowUp, RotateCcw } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useState, type ReactNode } from 'react'

import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { inputClass } from '#parts/field.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { RowButton } from '#parts/row-button.tsx'

interface Props {
  tenantId: string
  /** What the fields are for. */
  label: string
  trigger: ReactNode
  chosen: readonly string[]
  most: number
  titleOf?: (field: string) => string
  onChange: (fields: string[]) => void
  /** Back to what it was before anybody chose; absent where it still is. */
  onReset?: (() => void) | undefined
}

/** More are not looked through by people: they type. */
const MOST_OFFERED = 100

/** Fields of the tenant's events, some of them chosen and in an order. */
export function FieldChooser({ tenantId, label, trigger, chosen, most, titleOf, onChange, onReset }: Props) {
  const [text, setText] = useState('')
  return (
    <Popover.Root onOpenChange={() => setText('')}>
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          className="z-50 flex max-h-[min(520px,var(--radix-popover-content-available-height))] w-[min(340px,calc(100vw-16px))] flex-col rounded-lg border border-line bg-surface shadow-float"
        >
          <div className="flex gap-1 border-b border-line p-2">
            <input
              type="search"
              aria-label="Find a field"
              placeholder="Find a field"
              spellCheck={false}
              value={text}
              onChange={({ target }) => setText(target.value)}
              className={inputClass}
            />
            {onReset && (
              <Button look="quiet" onClick={onReset}>
                <RotateCcw aria-hidden className="size-3.5" /> Reset
              </Button>
            )}
          </div>
          <Fields {...{ tenantId, label, chosen, most, titleOf, onChange, text }} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

type FieldsProps = Pick<Props, 'tenantId' | 'label' | 'chosen' | 'most' | 'onChange'> & {
  titleOf: Props['titleOf']
  text: string
}

function Fields({ tenantId, label, chosen, most, titleOf, onChange, text }: FieldsProps) {
  const { data, error, refetch } = useQuery(queries.eventFields(tenantId))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={6} />
  const offered = offeredFields(data.fields, chosen, text)
  const has = (name: string) =>
    [name, titleOf?.(name) ?? ''].some((each) => each.toLowerCase().includes(text.toLowerCase()))
  return (
    <ul aria-label={label} className="min-h-0 flex-1 overflow-auto p-1">
      {chosen.filter(has).map((name) => (
        <FieldItem
          key={name}
          name={name}
          title={titleOf?.(name)}
          isChosen
          onToggle={() => onChange(chosen.filter((each) => each !== name))}
        >
          {chosen.indexOf(name) > 0 && text === '' && (
            <RowButton label={`${name} earlier`} onClick={() => onChange(earlier(chosen, name))} Icon={ArrowUp} />
          )}
        </FieldItem>
      ))}
      {offered.map(({ name, type }) => (
        <FieldItem
          key={name}
          name={name}
          title={titleOf?.(name)}
          isChosen={false}
          isDisabled={chosen.length >= most}
          onToggle={() => onChange([...chosen, name])}
        >
          <span className="shrink-0 text-xs text-ink-3">{type}</span>
        </FieldItem>
      ))}
      {offered.length === 0 && !chosen.some(has) && (
        <li className="p-3 text-center text-sm text-ink-3">No field is called so in this tenant.</li>
      )}
    </ul>
  )
}

function FieldItem(props: {
  name: string
  title: string | undefined
  isChosen: boolean
  isDisabled?: boolean
  onToggle: () => void
  children: ReactNode
}) {
  const { name, title, isChosen, isDisabled = false, onToggle, children } = props
  return (
    <li className="flex min-h-8 items-center gap-1 rounded pr-1 hover:bg-sunken max-sm:min-h-10">
      <label className="flex min-w-0 flex-1 items-center gap-2 px-2 py-1 text-xs has-disabled:opacity-50">
        <input
          type="checkbox"
          checked={isChosen}
          disabled={isDisabled}
          onChange={onToggle}
          className="size-4 shrink-0"
        />
        <span className="min-w-0 flex-1 truncate font-mono" title={name}>
          {name}
        </span>
        {title !== undefined && title !== name && <span className="shrink-0 text-ink-3">{title}</span>}
      </label>
      {children}
    </li>
  )
}

/** Fields not chosen yet with the text in their name, those of most events first. */
function offeredFields(fields: readonly EventField[], chosen: readonly string[], text: string): EventField[] {
  const part = text.trim().toLowerCase()
  return fields
    .filter(({ name }) => !chosen.includes(name) && name.toLowerCase().includes(part))
    .sort((a, b) => (b.count ?? 0) - (a.count ?? 0) || a.name.localeCompare(b.name))
    .slice(0, MOST_OFFERED)
}

function earlier(fields: readonly string[], name: string): string[] {
  const index = fields.indexOf(name)
  return fields.toSpliced(index - 1, 2, name, fields[index - 1]!)
}
