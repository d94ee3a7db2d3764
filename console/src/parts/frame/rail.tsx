import { Link } from '@tanstack/react-router'
import { Activity, BellRing, LayoutDashboard, PanelLeftClose, PanelLeftOpen, Plug, SearchCheck } from 'lucide-react'

import { setPreferences, usePreferences } from '#lib/preferences.ts'

import { IconButton } from '#parts/button.tsx'

const PAGES = [
  { to: '/tenants/$tenantId/overview', title: 'Overview', Icon: LayoutDashboard },
  { to: '/tenants/$tenantId/alerts', title: 'Alerts', Icon: BellRing },
  { to: '/tenants/$tenantId/investigations', title: 'Investigations', Icon: SearchCheck },
  { to: '/tenants/$tenantId/events', title: 'Events', Icon: Activity },
  { to: '/connections', title: 'Connections', Icon: Plug },
] as const

/** The pages: a rail at the left, folded or open; on a phone a bar at the bottom. */
export function Rail({ tenantId }: { tenantId: string }) {
  const open = usePreferences().rail === 'open'
  return (
    <nav
      aria-label="Main"
      className={`z-20 flex shrink-0 border-line bg-surface max-sm:h-14 max-sm:w-full max-sm:justify-around max-sm:border-t max-sm:pb-[env(safe-area-inset-bottom)] sm:flex-col sm:gap-0.5 sm:border-r sm:p-2 ${open ? 'sm:w-[200px]' : 'sm:w-14'}`}
    >
      <div className="flex h-10 items-center gap-2.5 px-2 font-semibold max-sm:hidden">
        <img src="/favicon.svg" alt="" className="size-6 shrink-0" />
        <span className={open ? '' : 'sr-only'}>Cordon</span>
      </div>
      {PAGES.filter((page) => tenantId !== '' || page.to === '/connections').map(({ to, title, Icon }) => (
        <Link
          key={to}
          to={to}
          params={{ tenantId }}
          activeOptions={{ includeSearch: false }}
          title={open ? undefined : title}
          className="flex items-center rounded-md text-sm text-ink-2 hover:bg-sunken hover:text-ink max-sm:min-w-14 max-sm:flex-col max-sm:justify-center max-sm:gap-0.5 max-sm:px-1 max-sm:text-[11px] sm:h-9 sm:gap-3 sm:px-2.5"
          activeProps={{ className: 'bg-accent-soft! text-accent! font-medium' }}
        >
          <Icon aria-hidden className="size-[18px] shrink-0" />
          <span className={open ? '' : 'sm:sr-only'}>{title}</span>
        </Link>
      ))}
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
