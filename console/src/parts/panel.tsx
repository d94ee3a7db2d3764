import type { ComponentProps, ReactNode } from 'react'
import { useId } from 'react'

/** A titled region of a page. */
export function Panel({
  title,
  actions,
  children,
  className = '',
}: {
  title: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string
}) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={`rounded-lg border border-line bg-surface ${className}`}>
      <header className="flex min-h-11 items-center gap-2 border-b border-line px-4 py-1.5">
        <h2 id={id} className="flex-1 text-base font-semibold">
          {title}
        </h2>
        {actions}
      </header>
      {children}
    </section>
  )
}

/** Nothing here: what would be, and how to get it. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-8 text-center text-sm text-ink-2">
      <p className="font-medium text-ink">{title}</p>
      <p className="max-w-prose">{children}</p>
      {action && <div className="mt-2">{action}</div>}
    </div>
  )
}

/** The place of something that is being loaded, in its final size. */
export function Skeleton({ className = '', ...rest }: ComponentProps<'div'>) {
  return <div aria-hidden className={`animate-pulse rounded bg-sunken ${className}`} {...rest} />
}

export function SkeletonRows({ rows = 4 }: { rows?: number }) {
  return (
    <output aria-label="Loading" className="block space-y-3 p-4">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} className="h-5" style={{ width: `${92 - ((index * 17) % 40)}%` }} />
      ))}
    </output>
  )
}

/** Page title with what one can do on the page. */
export function PageHeader({ title, above, actions }: { title: ReactNode; above?: ReactNode; actions?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <div className="min-w-0 flex-1 basis-60">
        {above && <div className="text-sm text-ink-3 [&_a]:hover:underline">{above}</div>}
        <h1 className="text-lg font-semibold text-balance break-words">{title}</h1>
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  )
}

/** The column all pages but Events read in. */
export function Page({ children }: { children: ReactNode }) {
  return <div className="mx-auto flex w-full max-w-[1400px] flex-col gap-4 p-4 sm:p-6">{children}</div>
}

/** A table row where there is no room for columns. */
export function CompactRow({ first, second }: { first: ReactNode; second: ReactNode }) {
  return (
    <span className="block">
      <span className="block truncate">{first}</span>
      <span className="flex items-center gap-2 truncate text-xs text-ink-3">{second}</span>
    </span>
  )
}

/** "3 new": what arrived while one was reading. */
export function NewPill({ fresh, noun, onShow }: { fresh: number; noun: string; onShow: () => void }) {
  if (fresh === 0) return null
  return (
    <button
      type="button"
      onClick={onShow}
      className="h-6 shrink-0 rounded-full bg-accent-fill px-2.5 text-xs font-medium whitespace-nowrap text-on-fill hover:brightness-110"
    >
      {fresh.toLocaleString('en-US')} new {noun}
    </button>
  )
}
