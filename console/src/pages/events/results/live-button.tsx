import { Pause, Play, Radio } from 'lucide-react'

import { number } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { NewPill } from '#parts/panel.tsx'

interface Props {
  isLive: boolean
  isPaused: boolean
  /** Why live mode cannot be; absent where it can. */
  why: string | undefined
  onLive: (isLive: boolean) => void
  onPause: (isPaused: boolean) => void
}

/** New events as they come, or not; held for a while without losing count. */
export function LiveButton({ isLive, isPaused, why, onLive, onPause }: Props) {
  return (
    <>
      <Button
        aria-pressed={isLive}
        disabled={why !== undefined}
        title={why ?? 'Show new events as they come'}
        onClick={() => onLive(!isLive)}
        className={isLive ? 'border-accent! bg-accent-soft! text-accent!' : ''}
      >
        <Radio aria-hidden className="size-4" />
        Live
      </Button>
      {isLive && (
        <Button aria-pressed={isPaused} onClick={() => onPause(!isPaused)}>
          {isPaused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
          {isPaused ? 'Resume' : 'Pause'}
        </Button>
      )}
    </>
  )
}

interface NewsProps {
  isLive: boolean
  /** Live, but what one reads must not move. */
  isHeld: boolean
  came: number
  waiting: number
  onShow: () => void
}

/** What came while one was looking: shown already, or waiting behind a pill. */
export function NewEvents({ isLive, isHeld, came, waiting, onShow }: NewsProps) {
  return (
    <>
      {isLive && (
        <output className="shrink-0 text-xs text-ink-3">
          {number(came)} came{isHeld && ' · held'}
        </output>
      )}
      {(!isLive || isHeld) && <NewPill fresh={waiting} noun={waiting === 1 ? 'event' : 'events'} onShow={onShow} />}
    </>
  )
}
