import type { Rule } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'

import { attackMap, TACTICS } from '#lib/attack.ts'
import { queries } from '#lib/queries.ts'
import { count } from '#lib/words.ts'
import { Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/attack-map')

/** Which tactics and techniques of ATT&CK the rules that are on speak of, and can fire for. */
export function AttackMapPage() {
  const { tenantId } = route.useParams()
  const { data, error, refetch } = useQuery(queries.rules(tenantId))
  const working = (data?.rules ?? []).filter(({ isEnabled, neverFires }) => isEnabled && neverFires === undefined)
  const map = attackMap(working)
  const covered = new Set([...map.values()].flat().map(({ technique }) => technique))
  covered.delete('')
  return (
    <Page>
      <PageHeader
        above={
          <Link to="/tenants/$tenantId/rules" params={{ tenantId }}>
            Rules
          </Link>
        }
        title="ATT&CK map"
      />
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      <p className="text-sm text-ink-2">
        {count(covered.size, 'technique')} by the {count(working.length, 'rule')} that are on and can fire here. A
        technique that is here is looked for; it does not follow that each of its forms is found.
      </p>
      {data === undefined && !error ? (
        <SkeletonRows rows={8} />
      ) : (
        <div className="grid gap-3 sm:grid-cols-2 md:grid-cols-3 lg:grid-cols-5">
          {TACTICS.map(({ id, title }) => (
            <section key={id} aria-label={title} className="min-w-0 rounded-lg border border-line bg-surface">
              <h2 className="flex items-center justify-between gap-2 border-b border-line px-3 py-2 text-sm font-semibold">
                <Link to="/tenants/$tenantId/rules" params={{ tenantId }} search={{ tactic: id, state: 'on' }}>
                  {title}
                </Link>
                <span className="font-normal text-ink-3">{map.get(id)?.length}</span>
              </h2>
              <ul className="space-y-1 p-2">
                {map.get(id)?.map((cell) => (
                  <Cell key={cell.technique} tenantId={tenantId} {...cell} />
                ))}
                {map.get(id)?.length === 0 && <li className="px-1 text-xs text-ink-3">Nothing</li>}
              </ul>
            </section>
          ))}
        </div>
      )}
    </Page>
  )
}

/** Deeper the more rules there are. */
const DEPTHS = ['bg-sunken', 'bg-accent-soft', 'bg-accent-soft ring-1 ring-accent']

function Cell({
  tenantId,
  technique,
  title,
  rules,
}: {
  tenantId: string
  technique: string
  title: string
  rules: Rule[]
}) {
  const depth = DEPTHS[Math.min(rules.length, DEPTHS.length) - 1]!
  const inside = (
    <>
      <span className="block truncate">{title}</span>
      <span className="flex justify-between text-ink-3">
        <span>{technique}</span>
        <span>{count(rules.length, 'rule')}</span>
      </span>
    </>
  )
  return (
    <li className={`rounded text-xs ${depth}`} title={rules.map((rule) => rule.title).join('\n')}>
      <Link
        to="/tenants/$tenantId/rules"
        params={{ tenantId }}
        search={{ state: 'on', ...(technique !== '' && { text: technique }) }}
        className="block px-2 py-1 hover:underline"
      >
        {inside}
      </Link>
    </li>
  )
}
