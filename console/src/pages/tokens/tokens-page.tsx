import { RoleName, type ApiToken } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'

import { api } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { Field, Select } from '#parts/field.tsx'
import { Empty, Page, PageHeader, Panel, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

/** Tokens for scripts and the command line: made once, shown once. */
export function TokensPage() {
  const { data, error, refetch } = useQuery(queries.tokens())
  return (
    <Page>
      <PageHeader title="API tokens" />
      <div className="max-w-3xl space-y-4">
        <NewToken />
        <Panel title="Your tokens">
          {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
          {!data && !error && <SkeletonRows rows={2} />}
          {data?.length === 0 && (
            <Empty title="No tokens yet">
              A token lets a script use the API as you: send it as “Authorization: Bearer …”. The API is described at
              /api/openapi.json.
            </Empty>
          )}
          <ul className="divide-y divide-line">
            {data?.map((token) => (
              <TokenRow key={token.id} token={token} />
            ))}
          </ul>
        </Panel>
      </div>
    </Page>
  )
}

function NewToken() {
  const client = useQueryClient()
  const [form, setForm] = useState({ name: '', role: 'analyst' as RoleName, days: 90 })
  const create = useMutation({
    mutationFn: () => api.createToken(form),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.tokens().queryKey }),
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <Panel title="New token">
      <form onSubmit={submit} className="grid items-end gap-3 p-4 sm:grid-cols-[minmax(0,1fr)_150px_90px_auto]">
        <Field
          label="Name"
          required
          maxLength={100}
          placeholder="nightly export"
          value={form.name}
          onChange={(event) => setForm({ ...form, name: event.target.value })}
        />
        <Select
          label="Role"
          value={form.role}
          onChange={(event) => setForm({ ...form, role: RoleName.parse(event.target.value) })}
        >
          {RoleName.options.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </Select>
        <Field
          label="Days"
          type="number"
          min={1}
          max={365}
          required
          value={form.days}
          onChange={(event) => setForm({ ...form, days: event.target.valueAsNumber })}
        />
        <Button type="submit" look="primary" disabled={create.isPending}>
          Create token
        </Button>
      </form>
      {create.error && <ProblemBanner error={create.error} />}
      {create.data?.token && (
        <output className="block border-t border-line bg-good-soft px-4 py-3 text-sm">
          <p className="font-medium">Copy the token now: it is shown only this once.</p>
          <Copy text={create.data.token} label="token" />
        </output>
      )}
    </Panel>
  )
}

function TokenRow({ token }: { token: ApiToken }) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => api.deleteToken(token.id),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.tokens().queryKey }),
  })
  return (
    <li className="px-4 py-2 text-sm">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 truncate">
          <span className="font-medium">{token.name}</span>
          <span className="text-ink-2"> · {token.role}</span>
        </span>
        <span className="text-xs text-ink-3">
          made <When at={token.createdAt} />, ends <When at={token.expiresAt} />
        </span>
        <Button disabled={remove.isPending} aria-label={`Revoke ${token.name}`} onClick={() => remove.mutate()}>
          Revoke
        </Button>
      </div>
      {remove.error && <ProblemBanner error={remove.error} />}
    </li>
  )
}
