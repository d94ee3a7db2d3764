import type { EcsDocument } from '@cordon/api'
import { useNavigate } from '@tanstack/react-router'
import {
  AppWindow,
  AtSign,
  FileDigit,
  Fingerprint,
  Globe,
  Laptop,
  Link2,
  Mail,
  MailWarning,
  Network,
} from 'lucide-react'

import { textAt } from '#lib/ecs.ts'
import { ENTITY_PAGES, hasPage } from '#lib/entity-pages.ts'
import { pivotsOf, targetKindOf, type Pivot } from '#lib/pivots.ts'
import { useUser } from '#lib/rights.ts'
import { around, type TimeRange } from '#lib/time-range.ts'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '#parts/menu.tsx'
import { RespondButton } from '#parts/respond-button.tsx'

const ICONS = {
  user: AtSign,
  application: AppWindow,
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
function nameOf({ kind, value, name = value }: Pivot): string {
  const isId = kind === 'session' || kind === 'quarantined message' || (kind === 'application' && name === value)
  return isId ? `${kind} ${value}` : name
}

/** Where one event leads: everything of the same user, application, device, address, message or session. */
export function Pivots({ tenantId, event, onPivot, onNarrow }: Props) {
  const pivots = pivotsOf(event)
  const navigate = useNavigate()
  const { reaches } = useUser()
  if (pivots.length === 0) return null
  const at = event['@timestamp']
  return (
    <ul aria-label="Go on from here" className="flex flex-wrap gap-1.5 border-b border-line px-3 py-2">
      {pivots.map((pivot) => {
        const { kind, value, name = value, query } = pivot
        const Icon = ICONS[kind]
        const on = targetKindOf(pivot)
        return (
          <li key={`${kind} ${value}`} className="flex max-w-full items-center">
            <Menu
              trigger={
                <button
                  type="button"
                  aria-label={`Go on with the ${kind} ${name}`}
                  className="inline-flex h-7 min-w-0 items-center gap-1.5 rounded-full border border-line-strong/60 px-2.5 text-xs hover:bg-sunken max-sm:h-9"
                >
                  <Icon aria-hidden className="size-3.5 shrink-0 text-ink-3" />
                  <span className="truncate">{nameOf(pivot)}</span>
                </button>
              }
            >
              <MenuLabel>Everything of this {kind}</MenuLabel>
              <MenuItem onSelect={() => onPivot(query)}>In the time on the page</MenuItem>
              <MenuItem onSelect={() => onPivot(query, around(at, HOUR_MS))}>One hour before and after</MenuItem>
              <MenuItem onSelect={() => onPivot(query, around(at, 24 * HOUR_MS))}>A day before and after</MenuItem>
              <MenuSeparator />
              {hasPage(on) && reaches('analyst') && (
                <MenuItem
                  onSelect={() => void navigate({ to: ENTITY_PAGES[on].to, params: { tenantId, name: value } })}
                >
                  Open the {kind}
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
                name={kind === 'quarantined message' ? `the ${kind} “${textAt(event, 'email.subject')}”` : name}
              />
            )}
          </li>
        )
      })}
    </ul>
  )
}
