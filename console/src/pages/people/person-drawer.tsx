import type { ChangeUser, User } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { Button } from '#parts/button.tsx'
import { Dialog } from '#parts/dialog.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { SessionList } from '#parts/session-list.tsx'
import { TokenList } from '#parts/token-list.tsx'

import { MadeUpPassword } from './made-up-password.tsx'
import { RoleFields, type Roles } from './role-fields.tsx'
import { rolesOf } from './roles-of.ts'

const titleClass = 'text-sm font-semibold'

/** One person: what they may do, where they are signed in, and how to lock them out. */
export function PersonDrawer({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient()
  const isSelf = useUser().id === user.id
  const [roles, setRoles] = useState<Roles>({ role: user.role, tenantRoles: user.tenantRoles ?? {} })
  const onSuccess = () => client.invalidateQueries({ queryKey: queries.users().queryKey })
  const change = useMutation({ mutationFn: (body: ChangeUser) => api.changeUser(user.id, body), onSuccess })
  const reset = useMutation({ mutationFn: () => api.resetPassword(user.id), onSuccess })
  const remove = useMutation({
    mutationFn: () => api.removeUser(user.id),
    onSuccess: () => {
      onClose()
      return onSuccess()
    },
  })
  const [isRemoving, setRemoving] = useState(false)
  const error = change.error ?? reset.error ?? remove.error
  return (
    <Dialog side onClose={onClose} title={user.name} description={user.disabledAt ? 'may not sign in' : undefined}>
      <div className="space-y-5">
        {error && <ProblemBanner error={error} />}
        <section className="space-y-3">
          {user.identity ? (
            <p className="text-sm text-ink-2">
              Signs in with Microsoft, and has the roles that Entra gives: {rolesOf(user)}. A change there holds from
              the next sign-in; disabling here holds at once.
            </p>
          ) : (
            <>
              <RoleFields roles={roles} onChange={setRoles} />
              <p className="text-xs text-ink-3">
                What you change holds at once: {isSelf ? 'you are' : `${user.name} is`} signed out everywhere, and API
                tokens end.
              </p>
            </>
          )}
          <div className="flex flex-wrap gap-2">
            {!user.identity && (
              <Button look="primary" disabled={change.isPending} onClick={() => change.mutate(roles)}>
                Change roles
              </Button>
            )}
            <Button disabled={change.isPending} onClick={() => change.mutate({ isDisabled: !user.disabledAt })}>
              {user.disabledAt ? 'Enable' : 'Disable'}
            </Button>
            {!isSelf && !user.identity && (
              <Button disabled={reset.isPending} onClick={() => reset.mutate()}>
                New password
              </Button>
            )}
            <Button look="danger" onClick={() => setRemoving(true)}>
              Remove…
            </Button>
          </div>
          {reset.data && <MadeUpPassword password={reset.data.password} />}
          {isRemoving && (
            <div role="alertdialog" aria-label="Remove" className="space-y-2 rounded-md border border-line p-3 text-sm">
              <p>What {user.name} did stays in the audit log under this name.</p>
              <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
                Remove {user.name}
              </Button>
            </div>
          )}
        </section>
        <section className="space-y-2">
          <h3 className={titleClass}>Signed in</h3>
          <SessionList userId={user.id} />
        </section>
        <section className="space-y-2">
          <h3 className={titleClass}>API tokens</h3>
          <TokenList userId={user.id} />
        </section>
      </div>
    </Dialog>
  )
}
