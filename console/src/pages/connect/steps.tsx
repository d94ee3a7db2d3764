import { Link } from '@tanstack/react-router'
import { Check } from 'lucide-react'

import { STEPS, type Step } from '#lib/connect-step.ts'

const TITLES: Record<Step, string> = {
  features: 'Features',
  permissions: 'Permissions',
  credentials: 'Credentials',
  options: 'Options and check',
}

/** Where one is on the way; a step that was passed can be gone back to. The test, the last one, is a page of its own. */
export function Steps({ current }: { current: Step }) {
  const at = STEPS.indexOf(current)
  return (
    <nav aria-label="Steps">
      <ol className="flex gap-1 overflow-x-auto text-sm">
        {STEPS.map((step, index) => (
          <li key={step} className="flex items-center gap-1 max-sm:flex-1">
            {index > 0 && <span aria-hidden className="h-px w-6 bg-line max-sm:hidden" />}
            {index < at ? (
              <Link to="/connections/new" search={{ step }} className={`${stepClass} text-ink-2 hover:bg-sunken`}>
                <Mark isDone>{index + 1}</Mark>
                <span className="max-sm:sr-only">{TITLES[step]}</span>
              </Link>
            ) : (
              <span
                aria-current={index === at ? 'step' : undefined}
                className={`${stepClass} ${index === at ? 'bg-accent-soft font-medium text-accent' : 'text-ink-3'}`}
              >
                <Mark isCurrent={index === at}>{index + 1}</Mark>
                <span className={index === at ? '' : 'max-sm:sr-only'}>{TITLES[step]}</span>
              </span>
            )}
          </li>
        ))}
        <li className="flex items-center gap-1">
          <span aria-hidden className="h-px w-6 bg-line max-sm:hidden" />
          <span className={`${stepClass} text-ink-3`}>
            <Mark>{STEPS.length + 1}</Mark>
            <span className="max-sm:sr-only">Live test</span>
          </span>
        </li>
      </ol>
    </nav>
  )
}

const stepClass = 'flex h-9 items-center gap-2 rounded-md px-2 whitespace-nowrap'

function Mark({ children, isDone, isCurrent }: { children: number; isDone?: boolean; isCurrent?: boolean }) {
  const look = isDone ? 'bg-good-soft text-good' : isCurrent ? 'bg-accent-fill text-on-fill' : 'bg-sunken text-ink-3'
  return (
    <span
      aria-hidden
      className={`inline-flex size-5 shrink-0 items-center justify-center rounded-full text-xs font-semibold ${look}`}
    >
      {isDone ? <Check className="size-3.5" /> : children}
    </span>
  )
}
