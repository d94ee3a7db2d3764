import { Check, Copy as CopyIcon } from 'lucide-react'
import { useState } from 'react'

/** An id, address or code in monospace with a button that copies it. */
export function Copy({ text, label = text, shown = text }: { text: string; label?: string; shown?: string }) {
  return (
    <span className="group inline-flex max-w-full items-center gap-0.5 align-bottom">
      <code className="truncate font-mono text-xs" title={text}>
        {shown}
      </code>
      <CopyButton text={text} label={label} />
    </span>
  )
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  const Icon = copied ? Check : CopyIcon
  return (
    <button
      type="button"
      aria-label={copied ? `Copied ${label}` : `Copy ${label}`}
      title={copied ? 'Copied' : 'Copy'}
      onClick={(event) => {
        event.stopPropagation()
        void copy()
      }}
      className="inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-3 hover:bg-sunken hover:text-ink"
    >
      <Icon aria-hidden className="size-3.5" />
    </button>
  )
}
