import type { Progress } from '#lib/progress.ts'
import { duration } from '#lib/time.ts'

/** A thin bar; its value is read out. */
export function ProgressBar({ fraction, label }: { fraction: number; label: string }) {
  return (
    <progress
      aria-label={label}
      value={fraction}
      max={1}
      className="block h-1.5 w-full appearance-none overflow-hidden rounded-full [&::-moz-progress-bar]:bg-accent-fill [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent-fill"
    />
  )
}

const AROUND = 2 * Math.PI * 42

/** The ring of a long run with its percentage inside. */
export function ProgressRing({ fraction, label }: { fraction: number; label: string }) {
  const percent = Math.floor(fraction * 100)
  return (
    <div className="relative size-24 shrink-0 max-sm:size-16">
      <progress aria-label={label} value={fraction} max={1} className="sr-only" />
      <svg viewBox="0 0 100 100" className="size-full -rotate-90" aria-hidden>
        <circle cx="50" cy="50" r="42" fill="none" strokeWidth="9" className="stroke-sunken" />
        <circle
          cx="50"
          cy="50"
          r="42"
          fill="none"
          strokeWidth="9"
          strokeLinecap={fraction === 0 ? 'butt' : 'round'}
          strokeDasharray={`${AROUND * fraction} ${AROUND}`}
          className="stroke-accent transition-[stroke-dasharray]"
        />
      </svg>
      <span
        aria-hidden
        className="absolute inset-0 flex items-center justify-center text-lg font-semibold max-sm:text-base"
      >
        {percent}%
      </span>
    </div>
  )
}

/** "3.2 mailboxes/s · 40 s left" */
export function Pace({ progress, noun }: { progress: Progress; noun: string }) {
  const { ratePerSecond, remainingMs } = progress
  if (ratePerSecond === undefined || remainingMs === undefined) return <>estimating…</>
  const perSecond = ratePerSecond >= 1
  const rate = perSecond ? `${ratePerSecond.toFixed(1)} ${noun}/s` : `${(ratePerSecond * 60).toFixed(1)} ${noun}/min`
  return (
    <>
      {rate} · {duration(remainingMs)} left
    </>
  )
}
