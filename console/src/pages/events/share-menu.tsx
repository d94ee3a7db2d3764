import { Check, Link2 } from 'lucide-react'
import { useState } from 'react'

import { resolve, type TimeRange } from '#lib/time-range.ts'
import { IconButton } from '#parts/button.tsx'
import { Menu, MenuItem } from '#parts/menu.tsx'

/** Links to the page as it is: the address holds all of it. A span that moves along can be pinned to the moments it means now. */
export function ShareMenu({ range, now }: { range: TimeRange; now: number }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async (address: string) => {
    await navigator.clipboard.writeText(address)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  const pinned = () => {
    const address = new URL(location.href)
    const { from, to } = resolve(range, now)
    address.searchParams.set('from', from)
    address.searchParams.set('to', to)
    address.searchParams.delete('live')
    return address.href
  }
  const Icon = isCopied ? Check : Link2
  return (
    <Menu
      trigger={
        <IconButton label={isCopied ? 'Copied' : 'Copy a link'}>
          <Icon aria-hidden className="size-4" />
        </IconButton>
      }
    >
      <MenuItem onSelect={() => void copy(location.href)}>Link to this search</MenuItem>
      {(range.from.startsWith('now') || range.to.startsWith('now')) && (
        <MenuItem onSelect={() => void copy(pinned())}>Link to these very moments</MenuItem>
      )}
    </Menu>
  )
}
