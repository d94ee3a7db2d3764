import { useEffect, useEffectEvent } from 'react'

const TYPING = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]'

/** Keys that work anywhere on a page, except while typing, in a dialog or together with Ctrl, Alt or Meta. */
export function useHotkeys(keys: Record<string, () => void>): void {
  const handle = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return
    const target = event.target instanceof Element ? event.target : undefined
    if (target?.closest(TYPING) || document.querySelector('dialog[open], [role=dialog], [role=menu]')) return
    const action = keys[event.key]
    // Enter on a link or button is that link's or button's own.
    if (!action || (event.key === 'Enter' && target?.closest('a, button'))) return
    event.preventDefault()
    action()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => handle(event)
    addEventListener('keydown', listener)
    return () => removeEventListener('keydown', listener)
  }, [])
}
