import type { LucideIcon } from 'lucide-react'

/** A small square button inside a row; its label is read aloud and shown on hover. */
export function RowButton({ label, onClick, Icon }: { label: string; onClick: () => void; Icon: LucideIcon }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className="inline-flex size-6 items-center justify-center rounded text-ink-2 hover:bg-sunken hover:text-ink"
    >
      <Icon aria-hidden className="size-3.5" />
    </button>
  )
}
