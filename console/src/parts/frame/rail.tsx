import { Link, useMatchRoute, useNavigate } from '@tanstack/react-router'
import {
  Activity,
  BellRing,
  ChartNoAxesGantt,
  Ellipsis,
  LayoutDashboard,
  MailWarning,
  PanelLeftClose,
  PanelLeftOpen,
  Plug,
  ScanSearch,
  SearchCheck,
  Send,
  Wand,
} from 'lucide-react'

import { useApprovals } from '#lib/approvals.ts'
import { setPreferences, usePreferences } from '#lib/preferences.ts'
import { count, number } from '#lib/words.ts'

import { IconButton } from '#parts/button.tsx'
import { Menu, MenuItem } from '#parts/menu.tsx'

const PAGES = [
  { to: '/tenants/$tenantId/overview', title: 'Overview', Icon: LayoutDashboard },
  { to: '/tenants/$tenantId/alerts', title: 'Alerts', Icon: BellRing },
  { to: '/tenants/$tenantId/reports', title: 'Reports', Icon: MailWarning },
  { to: '/tenants/$tenantId/investigations', title: 'Investigations', Icon: SearchCheck },
  { to: '/tenants/$tenantId/events', title: 'Events', Icon: Activity },
  { to: '/tenants/$tenantId/action-runs', title: 'Actions', Icon: Wand },
  { to: '/tenants/$tenantId/rules', title: 'Rules', Icon: ScanSearch },
  { to: '/tenants/$tenantId/coverage', title: 'Coverage', Icon: ChartNoAxesGantt },
  { to: '/tenants/$tenantId/forwarding', title: 'Forwarding', Icon: Send },
  { to: '/connections', title: 'Connections', Icon: Plug },
] as const

/** So many fit into the bar of a phone beside “More”. */
const ON_PHONE = 4

const itemClass =
  'flex items-center rounded-md text-sm text-ink-2 hover:bg-sunken hover:text-ink max-sm:min-w-14 max-sm:flex-col max-sm:justify-center max-sm:gap-0.5 max-sm:px-1 max-sm:text-[11px] sm:h-9 sm:gap-3 sm:px-2.5'

/** The pages: a rail at the left, folded or open; on a phone a bar at the bottom. */
export function Rail({ tenantId }: { tenantId: string }) {
  const open = usePreferences().rail === 'open'
  const navigate = useNavigate()
  const approvals = useApprovals(tenantId)?.length ?? 0
  const pages = PAGES.filter((page) => tenantId !== '' || page.to === '/connections')
  const matches = useMatchRoute()
  const isUnderMore = pages.slice(ON_PHONE).some(({ to }) => matches({ to, params: { tenantId }, fuzzy: true }))
  const waitingFor = (to: string) => (to.endsWith('action-runs') ? approvals : 0)
  return (
    <nav
      aria-label="Main"
      className={`z-20 flex shrink-0 border-line bg-surface max-sm:h-14 max-sm:w-full max-sm:justify-around max-sm:border-t max-sm:pb-[env(safe-area-inset-bottom)] sm:flex-col sm:gap-0.5 sm:border-r sm:p-2 ${open ? 'sm:w-[200px]' : 'sm:w-14'}`}
    >
      <div className="flex h-10 items-center gap-2.5 px-2 font-semibold max-sm:hidden">
        <img src="/favicon.svg" alt="" className="size-6 shrink-0" />
        <span className={open ? '' : 'sr-only'}>Cordon</span>
      </div>
      {pages.map(({ to, title, Icon }, index) => (
        <Link
          key={to}
          to={to}
          params={{ tenantId }}
          activeOptions={{ includeSearch: false }}
          title={open ? undefined : title}
          className={`${itemClass} relative ${index >= ON_PHONE ? 'max-sm:hidden' : ''}`}
          activeProps={{ className: 'bg-accent-soft! text-accent! font-medium' }}
        >
          <Icon aria-hidden className="size-[18px] shrink-0" />
          <span className={open ? 'sm:flex-1' : 'sm:sr-only'}>{title}</span>
          <Waiting approvals={waitingFor(to)} isFolded={!open} />
        </Link>
      ))}
      {pages.length > ON_PHONE && (
        <Menu
          trigger={
            <button
              type="button"
              className={`${itemClass} relative sm:hidden ${isUnderMore ? 'bg-accent-soft! font-medium text-accent!' : ''}`}
            >
              <Ellipsis aria-hidden className="size-[18px]" />
              More
              <Waiting approvals={approvals} isFolded />
            </button>
          }
        >
          {pages.slice(ON_PHONE).map(({ to, title, Icon }) => (
            <MenuItem key={to} onSelect={() => void navigate({ to, params: { tenantId } })}>
              <Icon aria-hidden className="size-4 text-ink-3" />
              <span className="flex-1">{title}</span>
              <Waiting approvals={waitingFor(to)} />
            </MenuItem>
          ))}
        </Menu>
      )}
      <div className="flex-1 max-sm:hidden" />
      <IconButton
        label={open ? 'Fold the rail' : 'Open the rail'}
        className="max-sm:hidden"
        onClick={() => setPreferences({ rail: open ? 'folded' : 'open' })}
      >
        {open ? <PanelLeftClose aria-hidden className="size-4" /> : <PanelLeftOpen aria-hidden className="size-4" />}
      </IconButton>
    </nav>
  )
}

/** How many plans wait for approval; where there is only room for an icon, on its corner. */
function Waiting({ approvals, isFolded = false }: { approvals: number; isFolded?: boolean }) {
  if (approvals === 0) return null
  return (
    <span
      aria-label={`${count(approvals, 'plan')} waiting for approval`}
      className={`inline-flex h-4 min-w-4 items-center justify-center rounded-full bg-accent-fill px-1 text-[11px] font-semibold text-on-fill ${isFolded ? 'absolute top-1 right-1' : ''}`}
    >
      {number(approvals)}
    </span>
  )
}
