import { useMutation } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'

import { api } from '#lib/api.ts'
import { useUser } from '#lib/rights.ts'
import { Button } from '#parts/button.tsx'
import { Field } from '#parts/field.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { SessionList } from '#parts/session-list.tsx'

const EMPTY = { old: '', password: '' }

/** What is one's own: the password, and where one is signed in. */
export function AccountPage() {
  const { name, identity } = useUser()
  return (
    <Page>
      <PageHeader title={name} />
      <div className="max-w-3xl space-y-4">
        {identity ? (
          <Panel title="Signing in">
            <p className="p-4 text-sm text-ink-2">
              You sign in with Microsoft. Your roles come from Entra, and your password is changed there.
            </p>
          </Panel>
        ) : (
          <ChangePassword />
        )}
        <Panel title="Where you are signed in">
          <div className="px-4 py-2">
            <SessionList />
          </div>
        </Panel>
      </div>
    </Page>
  )
}

function ChangePassword() {
  const [form, setForm] = useState(EMPTY)
  const change = useMutation({ mutationFn: () => api.changePassword(form), onSuccess: () => setForm(EMPTY) })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <Panel title="Password">
      <form onSubmit={submit} className="grid items-end gap-3 p-4 sm:grid-cols-[1fr_1fr_auto]">
        <Field
          label="Old password"
          type="password"
          autoComplete="current-password"
          required
          value={form.old}
          onChange={({ target }) => setForm({ ...form, old: target.value })}
        />
        <Field
          label="New password, 8 characters or more"
          type="password"
          autoComplete="new-password"
          minLength={8}
          required
          value={form.password}
          onChange={({ target }) => setForm({ ...form, password: target.value })}
        />
        <Button type="submit" look="primary" disabled={change.isPending}>
          Change password
        </Button>
      </form>
      {change.error && <ProblemBanner error={change.error} />}
      {change.isSuccess && (
        <output className="block border-t border-line bg-good-soft px-4 py-3 text-sm">
          The password is changed, and your other sessions have ended.
        </output>
      )}
    </Panel>
  )
}
