import type { ComponentProps } from 'react'

type Look = 'primary' | 'secondary' | 'quiet' | 'danger'

const LOOKS: Record<Look, string> = {
  primary: 'bg-accent-fill text-on-fill hover:brightness-110 border-transparent',
  secondary: 'bg-surface text-ink border-line-strong/60 hover:bg-sunken',
  quiet: 'text-ink-2 border-transparent hover:bg-sunken hover:text-ink',
  danger: 'bg-bad-fill text-on-fill hover:brightness-110 border-transparent',
}

/** The shape of a button, for links that act as one. */
export function buttonClass(look: Look = 'secondary', extra = ''): string {
  return `inline-flex h-8 max-sm:h-10 shrink-0 items-center justify-center gap-1.5 rounded-md border px-3 text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-50 ${LOOKS[look]} ${extra}`
}

export function Button({ look, className, ...rest }: ComponentProps<'button'> & { look?: Look }) {
  return <button type="button" className={buttonClass(look, className)} {...rest} />
}

/** A square button that shows only an icon; `label` is its name for everyone who cannot see the icon. */
export function IconButton({ label, className, ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-8 max-sm:size-10 shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink disabled:opacity-50 ${className ?? ''}`}
      {...rest}
    />
  )
}
