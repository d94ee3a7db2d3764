import type { ComponentProps, ReactNode } from 'react'
import { useId, useState } from 'react'

export const inputClass =
  'h-8 max-sm:h-10 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm text-ink aria-invalid:border-bad'

interface Around {
  label: string
  hint?: ReactNode
  error?: string | undefined
}

function Labelled({ id, label, hint, error, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-ink-3">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs font-medium text-bad">
          {error}
        </p>
      )}
    </div>
  )
}

/** A labelled text input. */
export function Field({ label, hint, error, className, ...rest }: ComponentProps<'input'> & Around) {
  const id = useId()
  return (
    <Labelled {...{ id, label, hint, error }}>
      <input
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-hint ${id}-error`}
        className={`${inputClass} ${className ?? ''}`}
        {...rest}
      />
    </Labelled>
  )
}

export function TextArea({ label, hint, error, className, ...rest }: ComponentProps<'textarea'> & Around) {
  const id = useId()
  return (
    <Labelled {...{ id, label, hint, error }}>
      <textarea
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-hint ${id}-error`}
        className={`${inputClass} block h-auto max-sm:h-auto py-1.5 ${className ?? ''}`}
        {...rest}
      />
    </Labelled>
  )
}

interface ListProps extends Around, Omit<ComponentProps<'textarea'>, 'value' | 'onChange'> {
  texts: readonly string[]
  onChange: (texts: string[]) => void
}

/** Texts, one a line. What is typed stays as typed; what is handed on has no empty lines. */
export function ListField({ texts, onChange, hint, ...rest }: ListProps) {
  const [typed, setTyped] = useState(() => texts.join('\n'))
  const lines = typed.split('\n').length
  return (
    <TextArea
      rows={Math.min(8, Math.max(2, lines))}
      spellCheck={false}
      hint={hint ? <>{hint} One a line.</> : 'One a line.'}
      value={typed}
      onChange={({ target }) => {
        setTyped(target.value)
        onChange(linesOf(target.value))
      }}
      {...rest}
    />
  )
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

export function Select({ label, hint, error, children, ...rest }: ComponentProps<'select'> & Around) {
  const id = useId()
  return (
    <Labelled {...{ id, label, hint, error }}>
      <select id={id} aria-describedby={`${id}-hint ${id}-error`} className={inputClass} {...rest}>
        {children}
      </select>
    </Labelled>
  )
}

/** Yes or no, with a sentence about it. */
export function Check({
  label,
  hint,
  checked,
  onChange,
}: Pick<Around, 'label' | 'hint'> & { checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="flex items-start gap-2.5 text-sm">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4"
      />
      <span>
        <span className="font-medium">{label}</span>
        {hint && <span className="block text-xs text-ink-3">{hint}</span>}
      </span>
    </label>
  )
}

/** One of several ways, each with a sentence about it. */
export function Choice({
  title,
  aside,
  detail,
  ...rest
}: Omit<ComponentProps<'input'>, 'title' | 'type'> & { title: string; aside?: ReactNode; detail?: ReactNode }) {
  const id = useId()
  return (
    <label
      htmlFor={id}
      className="flex gap-2.5 rounded-md border border-line p-3 text-sm has-checked:border-accent has-checked:bg-accent-soft has-disabled:opacity-60 has-focus-visible:outline-2 has-focus-visible:outline-accent"
    >
      <input
        id={id}
        type="radio"
        aria-describedby={detail ? `${id}-detail` : undefined}
        className="mt-0.5 size-4 shrink-0"
        {...rest}
      />
      <span className="min-w-0 flex-1">
        <span className="flex items-center justify-between gap-2">
          <span className="font-medium">{title}</span>
          {aside}
        </span>
        {detail && (
          <span id={`${id}-detail`} aria-hidden className="block text-ink-2">
            {detail}
          </span>
        )}
      </span>
    </label>
  )
}
