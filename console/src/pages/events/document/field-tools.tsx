import { Columns3, Columns3Cog, Ellipsis, Minus, Plus } from 'lucide-react'

import type { FieldRow } from '#lib/ecs.ts'
import type { Sense } from '#lib/kql.ts'
import { CopyButton } from '#parts/copy.tsx'
import { Menu, MenuItem } from '#parts/menu.tsx'
import { RowButton } from '#parts/row-button.tsx'

interface Props extends FieldRow {
  isColumn: boolean
  onTerm: (sense: Sense) => void
  onColumn: () => void
}

/** What one can do with a value: buttons for who points at it, a menu for fingers. */
export function FieldTools({ field, value, isColumn, onTerm, onColumn }: Props) {
  const column = isColumn ? `Column ${field} away` : `Column ${field}`
  return (
    <>
      <span className="absolute top-0.5 right-1 flex rounded-md border border-line bg-surface opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:hidden">
        <RowButton label={`Filter for ${field}`} onClick={() => onTerm('in')} Icon={Plus} />
        <RowButton label={`Filter out ${field}`} onClick={() => onTerm('out')} Icon={Minus} />
        <RowButton label={column} onClick={onColumn} Icon={isColumn ? Columns3Cog : Columns3} />
        <CopyButton text={String(value)} label={field} />
      </span>
      <span className="absolute right-1 bottom-0 hidden pointer-coarse:block">
        <Menu
          trigger={
            <button
              type="button"
              aria-label={`More about ${field}`}
              className="inline-flex size-10 items-center justify-center rounded text-ink-3"
            >
              <Ellipsis aria-hidden className="size-4" />
            </button>
          }
        >
          <MenuItem onSelect={() => onTerm('in')}>Filter for it</MenuItem>
          <MenuItem onSelect={() => onTerm('out')}>Filter it out</MenuItem>
          <MenuItem onSelect={onColumn}>{isColumn ? 'No column any more' : 'Show as a column'}</MenuItem>
          <MenuItem onSelect={() => void navigator.clipboard.writeText(String(value))}>Copy</MenuItem>
        </Menu>
      </span>
    </>
  )
}
