import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { fits } from '#lib/rule-search.ts'
import { saveFile } from '#lib/save-file.ts'
import { count, number } from '#lib/words.ts'
import { Button, buttonClass } from '#parts/button.tsx'
import { Empty, Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { Table } from '#parts/table.tsx'

import { ImportDialog } from './import-dialog.tsx'
import { ProblemList } from './problem-list.tsx'
import { columnsFor, compactFor } from './rule-columns.tsx'
import { RuleFilters } from './rule-filters.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/rules')

/** What this tenant detects by. */
export function RulesPage() {
  const { tenantId } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate()
  const { data, error, refetch } = useQuery(queries.rules(tenantId))
  const { reaches } = useUser()
  const mayChange = reaches('responder')
  const [isImporting, setImporting] = useState(false)
  const columns = useMemo(() => columnsFor(tenantId, mayChange), [tenantId, mayChange])
  const compact = useMemo(() => compactFor(tenantId), [tenantId])
  const shown = useMemo(() => (data?.rules ?? []).filter((rule) => fits(rule, search)), [data, search])
  const on = data?.rules.filter(({ isEnabled }) => isEnabled).length ?? 0
  return (
    <Page>
      <PageHeader
        title="Rules"
        actions={
          <>
            <Link to="/tenants/$tenantId/attack-map" params={{ tenantId }} className={buttonClass()}>
              ATT&CK map
            </Link>
            <Link to="/tenants/$tenantId/value-lists" params={{ tenantId }} className={buttonClass()}>
              Lists
            </Link>
            <Button onClick={() => void tenantApi(tenantId).exportRules().then(saveFile)}>Export</Button>
            {mayChange && (
              <Button look="primary" onClick={() => setImporting(true)}>
                Import…
              </Button>
            )}
          </>
        }
      />
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      <RuleFilters
        search={search}
        onChange={(next) =>
          void navigate({ to: '/tenants/$tenantId/rules', params: { tenantId }, search: next, replace: true })
        }
      />
      {data && (
        <p className="text-sm text-ink-2">
          {shown.length === data.rules.length ? '' : `${number(shown.length)} of `}
          {count(data.rules.length, 'rule')}, {number(on)} on.
        </p>
      )}
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {data === undefined && !error ? (
          <SkeletonRows rows={8} />
        ) : (
          <Table
            label="Rules"
            rows={shown}
            columns={columns}
            idOf={(rule) => rule.id}
            compact={compact}
            onOpen={(rule) =>
              void navigate({ to: '/tenants/$tenantId/rules/$ruleId', params: { tenantId, ruleId: rule.id } })
            }
            empty={
              <Empty title="No rule is like that">
                Take a filter away, or import rules: files of Sigma, such as those of SigmaHQ.
              </Empty>
            }
          />
        )}
      </div>
      {data && data.problems.length > 0 && (
        <details className="rounded-lg border border-line bg-surface">
          <summary className="cursor-pointer px-4 py-2.5 text-sm font-medium">
            {count(data.problems.length, 'problem')} in the files of this tenant
          </summary>
          <ProblemList problems={data.problems} />
        </details>
      )}
      {isImporting && <ImportDialog tenantId={tenantId} onClose={() => setImporting(false)} />}
    </Page>
  )
}
