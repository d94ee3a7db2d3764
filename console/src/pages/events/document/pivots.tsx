import type { EcsDocument } from '@cordon/api'
import { useNavigate } from '@tanstack/react-router'
import { AtSign, FileDigit, Fingerprint, Globe, Laptop, Link2, Mail, MailWarning, Network } from 'lucide-react'

import { textAt } from '#lib/ecs.ts'
import { pivotsOf, targetKindOf, type Pivot } from '#lib/pivots.ts'
import { useUser } from '#lib/rights.ts'
import { around, type TimeRange } from '#lib/time-range.ts'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '#parts/menu.tsx'
import { RespondButton } from '#parts/respond-button.tsx'

const ICONS = {
  user: AtSign,
  device: Laptop,
  IP: Network,
  domain: Globe,
  URL: Link2,
  file: FileDigit,
  'quarantined message': MailWarning,
  message: Mail,
  session: Fingerprint,
} satisfies Record<Pivot['kind'], unknown>
const HOUR_MS = 3_600_000

interface Props {
  tenantId: string
  event: EcsDocument
  onPivot: (query: string, range?: TimeRange) => void
  onNarrow: (term: string) => void
}

/** What stands on the button: an id alone says nothing. */
function nameOf(kind: Pivot['kind'], value: string): string {
  return kind === 'session' || kind === 'quarantined message' ? `${kind} ${value}` : value
}

/** Where one event leads: everything of the same user, device, address, message or session. */
export function Pivots({ tenantId, event, onPivot, onNarrow }: Props) {
  const pivots = pivotsOf(event)
  const navigate = useNavigate()
  const { reaches } = useUser()
  if (pivots.length === 0) return null
  const at = event['@timestamp']
  return (
    <ul aria-label="Go on from here" className="flex flex-wrap gap-1.5 border-b border-line px-3 py-2">
      {pivots.map(({ kind, value, query }) => {
        const Icon = ICONS[kind]
        const on = targetKindOf({ kind, value })
        return (
          <li key={`${kind} ${value}`} className="flex max-w-full items-center">
            <Menu
              trigger={
                <button
                  type="button"
                  aria-label={`Go on with the ${kind} ${value}`}
                  className="inline-flex h-7 min-w-0 items-center gap-1.5 rounded-full border border-line-strong/60 px-2.5 text-xs hover:bg-sunken max-sm:h-9"
                >
                  <Icon aria-hidden className="size-3.5 shrink-0 text-ink-3" />
                  <span className="truncate">{nameOf(kind, value)}</span>
                </button>
              }
            >
              <MenuLabel>Everything of this {kind}</MenuLabel>
              <MenuItem onSelect={() => onPivot(query)}>In the time on the page</MenuItem>
              <MenuItem onSelect={() => onPivot(query, around(at, HOUR_MS))}>One hour before and after</MenuItem>
              <MenuItem onSelect={() => onPivot(query, around(at, 24 * HOUR_MS))}>A day before and after</MenuItem>
              <MenuSeparator />
              {(on === 'user' || on === 'device') && reaches('analyst') && (
                <MenuItem
                  onSelect={() =>
                    void navigate({
                      to: on === 'user' ? '/tenants/$tenantId/users/$name' : '/tenants/$tenantId/devices/$name',
                      params: { tenantId, name: value },
                    })
                  }
                >
                  Open the {on}
                </MenuItem>
              )}
              <MenuItem onSelect={() => onNarrow(query.includes(' or ') ? `(${query})` : query)}>
                Add to the query
              </MenuItem>
              <MenuItem onSelect={() => void navigator.clipboard.writeText(value)}>Copy</MenuItem>
            </Menu>
            {on && (
              <RespondButton
                tenantId={tenantId}
                on={on}
                target={value}
                {...(kind === 'quarantined message' && { name: `the ${kind} “${textAt(event, 'email.subject')}”` })}
              />
            )}
          </li>
        )
      })}
    </ul>
  )
}
