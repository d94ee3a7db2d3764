import type { User } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { CompactRow, Empty, Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { type Column, Table } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

import { NewPerson } from './new-person.tsx'
import { PersonDrawer } from './person-drawer.tsx'
import { rolesOf } from './roles-of.ts'

const State = ({ user }: { user: User }) =>
  user.disabledAt ? <Badge tone="warn">disabled</Badge> : <Badge tone="good">may sign in</Badge>

const COLUMNS: Column<User>[] = [
  { id: 'name', title: 'Name', track: 'minmax(0,1fr)', cell: ({ name }) => name, sortBy: ({ name }) => name },
  { id: 'role', title: 'Roles', track: '240px', cell: rolesOf, sortBy: rolesOf },
  {
    id: 'signs-in',
    title: 'Signs in with',
    track: '140px',
    from: 900,
    cell: ({ identity }) => (identity ? 'Microsoft' : 'a password'),
  },
  { id: 'state', title: 'State', track: '120px', cell: (user) => <State user={user} /> },
  { id: 'since', title: 'Since', track: '140px', from: 700, cell: ({ createdAt }) => <When at={createdAt} /> },
]

const compact = (user: User) => <CompactRow first={user.name} second={rolesOf(user)} />

/** Who may sign in, and as what. */
export function PeoplePage() {
  const { reaches, role } = useUser()
  const [isAdding, setAdding] = useState(false)
  const [openId, setOpenId] = useState<string>()
  const { data, error, refetch } = useQuery({ ...queries.users(), enabled: reaches('administrator') })
  const users = data?.users ?? []
  const opened = users.find(({ id }) => id === openId)
  if (!reaches('administrator')) {
    return (
      <Page>
        <PageHeader title="People" />
        <Empty title="Only administrators see who there is">You are signed in as {role}.</Empty>
      </Page>
    )
  }
  return (
    <Page>
      <PageHeader
        title="People"
        actions={
          <Button look="primary" onClick={() => setAdding(true)}>
            Add somebody
          </Button>
        }
      />
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {data ? (
          <Table
            label="People"
            rows={users}
            columns={COLUMNS}
            idOf={({ id }) => id}
            rowHeight={40}
            compactHeight={56}
            compact={compact}
            onOpen={({ id }) => setOpenId(id)}
          />
        ) : (
          <SkeletonRows rows={3} />
        )}
      </div>
      {isAdding && <NewPerson onClose={() => setAdding(false)} />}
      {opened && <PersonDrawer key={opened.id} user={opened} onClose={() => setOpenId(undefined)} />}
    </Page>
  )
}
