import { CircleHelp } from 'lucide-react'
import { useState } from 'react'

import { useHotkeys } from '#lib/hotkeys.ts'

import { IconButton } from '#parts/button.tsx'
import { Dialog } from '#parts/dialog.tsx'
import { KqlGuide } from '#parts/kql-guide.tsx'

const KEYS = [
  ['j / k', 'Next and previous row'],
  ['Enter', 'Open the row'],
  ['x', 'Select the row, where rows can be selected'],
  ['a', 'Choose an action for the hits'],
  ['/', 'Go to the query; arrow keys choose what it offers, Tab takes it'],
  ['← →', 'On the bars over time: choose a span, with Shift more of it, Enter zooms in'],
  ['Escape', 'Close what is open'],
  ['?', 'This list'],
] as const

/** Keys and query language, from the button or with `?`. */
export function HelpDialog() {
  const [open, setOpen] = useState(false)
  useHotkeys({ '?': () => setOpen(true) })
  return (
    <>
      <IconButton label="Keyboard help" onClick={() => setOpen(true)} className="max-sm:hidden">
        <CircleHelp aria-hidden className="size-4" />
      </IconButton>
      {open && (
        <Dialog onClose={() => setOpen(false)} title="Keyboard and query help">
          <h3 className="mb-2 text-sm font-semibold">Keys</h3>
          <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1.5 text-sm">
            {KEYS.map(([key, meaning]) => (
              <div key={key} className="contents">
                <dt>
                  <kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 font-mono text-xs">{key}</kbd>
                </dt>
                <dd className="text-ink-2">{meaning}</dd>
              </div>
            ))}
          </dl>
          <h3 className="mt-5 mb-2 text-sm font-semibold">Query (KQL)</h3>
          <KqlGuide />
        </Dialog>
      )}
    </>
  )
}
