import { CatchBoundary, Outlet, useRouterState } from '@tanstack/react-router'
import { Suspense } from 'react'

import { useStream } from '#lib/stream.ts'
import { useTenantId } from '#lib/tenant.ts'

import { Page, SkeletonRows } from '#parts/panel.tsx'
import { AccountMenu, ThemeMenu } from './account-menu.tsx'
import { ActingStopped } from './acting-stopped.tsx'
import { ErrorPage } from './error-page.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { JobsDrawer } from './jobs-drawer.tsx'
import { Rail } from './rail.tsx'
import { TenantSwitcher } from './tenant-switcher.tsx'

/** What stays around every page: pages at the left, where one acts and what runs at the top. */
export function Frame() {
  const tenantId = useTenantId()
  const connected = useStream(tenantId)
  const pathname = useRouterState({ select: (state) => state.location.pathname })
  return (
    <div className="flex h-dvh flex-col-reverse sm:flex-row">
      <a
        href="#main"
        className="sr-only z-50 rounded bg-surface px-3 py-2 text-sm focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <Rail tenantId={tenantId} />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line bg-surface px-3 max-sm:h-14">
          <div className="min-w-0 flex-1">
            <TenantSwitcher tenantId={tenantId} />
          </div>
          {tenantId !== '' && <LiveMark connected={connected} />}
          <JobsDrawer tenantId={tenantId} />
          <ThemeMenu />
          <HelpDialog />
          <AccountMenu />
        </header>
        <ActingStopped tenantId={tenantId} />
        <main id="main" tabIndex={-1} className="min-h-0 flex-1 overflow-auto outline-none">
          <CatchBoundary getResetKey={() => pathname} errorComponent={ErrorPage}>
            <Suspense fallback={<PageWait />}>
              <Outlet />
            </Suspense>
          </CatchBoundary>
        </main>
      </div>
    </div>
  )
}

function LiveMark({ connected }: { connected: boolean }) {
  const text = connected ? 'Live' : 'Reconnecting'
  return (
    <output
      title={
        connected ? 'New events arrive by themselves.' : 'The live connection is down; pages can still be reloaded.'
      }
      className={`inline-flex items-center gap-1.5 px-2 text-xs ${connected ? 'text-good' : 'text-warn'}`}
    >
      <span aria-hidden className={`size-2 rounded-full ${connected ? 'bg-good' : 'border-2 border-warn'}`} />
      <span className="max-sm:sr-only">{text}</span>
    </output>
  )
}

function PageWait() {
  return (
    <Page>
      <SkeletonRows rows={6} />
    </Page>
  )
}
