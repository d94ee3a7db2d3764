import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { useUser } from '#lib/rights.ts'

import { buttonClass } from './button.tsx'
import { Empty, Page, PageHeader } from './panel.tsx'

/** A page of administrators; others are told so before they fill it in. */
export function AdministratorsOnly({ title, children }: { title: string; children: ReactNode }) {
  const { role, reaches } = useUser()
  if (reaches('administrator')) return children
  return (
    <Page>
      <PageHeader title={title} />
      <div className="rounded-lg border border-line bg-surface">
        <Empty
          title="Only administrators add and change connections"
          action={
            <Link to="/connections" className={buttonClass()}>
              Back to the connections
            </Link>
          }
        >
          You are signed in as {role}. Ask an administrator to do it, or to give you that role.
        </Empty>
      </div>
    </Page>
  )
}

/** In place of the buttons that they have. */
export function ChangedByAdministrators() {
  return <span className="text-xs text-ink-3">Administrators add, change and test connections.</span>
}
