import { X } from 'lucide-react'
import { useEffect, useId, useRef, type ReactNode } from 'react'

import { IconButton } from './button.tsx'

interface Props {
  onClose: () => void
  title: string
  description?: ReactNode
  /** A drawer at the right side instead of a dialog in the middle. */
  side?: boolean
  children: ReactNode
}

/** A modal dialog while mounted. The browser keeps the focus inside, gives it back, and closes on Escape. */
export function Dialog({ onClose, title, description, side = false, children }: Props) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  const place = side
    ? 'mr-0 ml-auto h-dvh max-h-none w-full max-w-md border-l'
    : 'm-auto max-h-[92dvh] w-[min(640px,94vw)] max-w-none rounded-xl border'
  return (
    // The keyboard closes it with Escape, which the browser reports as cancel.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={description ? `${id}-description` : undefined}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === event.currentTarget && onClose()}
      className={`overflow-hidden border-line bg-surface text-ink shadow-float outline-none backdrop:bg-black/40 ${place}`}
    >
      <div className="flex h-full max-h-[inherit] flex-col">
        <header className="flex items-start gap-2 border-b border-line px-4 py-3">
          <div className="min-w-0 flex-1">
            <h2 id={`${id}-title`} className="text-base font-semibold">
              {title}
            </h2>
            {description && (
              <p id={`${id}-description`} className="text-sm text-ink-2">
                {description}
              </p>
            )}
          </div>
          <IconButton label="Close" className="-my-1" onClick={onClose}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </header>
        <div className="min-h-0 flex-1 overflow-auto p-4">{children}</div>
      </div>
    </dialog>
  )
}

/** The row of buttons that ends a dialog. */
export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <div className="sticky -bottom-4 -mx-4 mt-4 -mb-4 flex flex-wrap justify-end gap-2 border-t border-line bg-surface px-4 py-3">
      {children}
    </div>
  )
}
