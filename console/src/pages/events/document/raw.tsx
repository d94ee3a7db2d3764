import type { StoredEvent } from '@cordon/api'
import { useState } from 'react'

import { Button } from '#parts/button.tsx'
import { CopyButton } from '#parts/copy.tsx'

/** The record as Microsoft sent it, or the event that was made of it. */
export function Raw({ stored }: { stored: StoredEvent }) {
  const [shown, setShown] = useState<'original' | 'event'>('original')
  const text = shown === 'original' ? pretty(stored.original) : JSON.stringify(stored.event, undefined, 2)
  return (
    <>
      <div className="flex items-center gap-1 border-b border-line p-2">
        <Button
          look="quiet"
          aria-pressed={shown === 'original'}
          className={on(shown === 'original')}
          onClick={() => setShown('original')}
        >
          As Microsoft sent it
        </Button>
        <Button
          look="quiet"
          aria-pressed={shown === 'event'}
          className={on(shown === 'event')}
          onClick={() => setShown('event')}
        >
          As stored (ECS)
        </Button>
        <span className="ml-auto">
          <CopyButton text={shown === 'original' ? stored.original : text} label={shown} />
        </span>
      </div>
      <pre className="min-h-0 flex-1 overflow-auto p-3 font-mono text-xs break-words whitespace-pre-wrap">{text}</pre>
    </>
  )
}

const on = (isOn: boolean) => (isOn ? 'bg-accent-soft! text-accent!' : '')

/** Indented when it is JSON; a record that is not stays as it came. */
function pretty(original: string): string {
  try {
    return JSON.stringify(JSON.parse(original), undefined, 2)
  } catch {
    return original
  }
}
