import { RoleName } from '@cordon/api'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'

import { api } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { Field, Select } from '#parts/field.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { TokenList } from '#parts/token-list.tsx'

/** Tokens for scripts and the command line: made once, shown once. */
export function TokensPage() {
  return (
    <Page>
      <PageHeader title="API tokens" />
      <div className="max-w-3xl space-y-4">
        <NewToken />
        <Panel title="Your tokens">
          <div className="px-4 py-2">
            <TokenList />
          </div>
          <p className="border-t border-line px-4 py-2 text-xs text-ink-3">
            A token lets a script use the API as you: send it as “Authorization: Bearer …”. The API is described at
            /api/openapi.json.
          </p>
        </Panel>
      </div>
    </Page>
  )
}

function NewToken() {
  const client = useQueryClient()
  const { tenants } = useSuspenseQuery(queries.session()).data
  const [form, setForm] = useState({ name: '', role: 'analyst' as RoleName, days: 90 })
  const [tenantId, setTenantId] = useState('')
  const [rights, setRights] = useState('')
  const create = useMutation({
    mutationFn: () => {
      const chosen = rights.split(/[\s,]+/).filter((right) => right !== '')
      const scope = { ...(chosen.length > 0 && { rights: chosen }), ...(tenantId !== '' && { tenantIds: [tenantId] }) }
      return api.createToken({ ...form, ...scope })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: queries.tokens().queryKey }),
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <Panel title="New token">
      <form onSubmit={submit} className="grid items-start gap-3 p-4 sm:grid-cols-[minmax(0,1fr)_150px_90px]">
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
        <Select label="Tenant" value={tenantId} onChange={({ target }) => setTenantId(target.value)}>
          <option value="">all of yours</option>
          {tenants.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        <div className="sm:col-span-2">
          <Field
            label="Only these rights"
            placeholder="all of the role"
            hint="Such as: alert.read, event.read"
            value={rights}
            onChange={({ target }) => setRights(target.value)}
          />
        </div>
        <Button type="submit" look="primary" className="justify-self-start" disabled={create.isPending}>
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
