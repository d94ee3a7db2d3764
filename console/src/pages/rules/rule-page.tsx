import type { RuleDetail } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Tabs } from 'radix-ui'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { count } from '#lib/words.ts'
import { AttackTags } from '#parts/attack-tags.tsx'
import { Badge, Severity } from '#parts/badge.tsx'
import { Button, buttonClass } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { DayBars } from '#parts/day-bars.tsx'
import { HarmlessWhen } from '#parts/harmless-when.tsx'
import { When } from '#parts/when.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { PendingPage } from '#parts/pending-page.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { TabList } from '#parts/tabs.tsx'

import { BackTestPanel } from './back-test.tsx'
import { ExplainPanel } from './explain-panel.tsx'
import { Reconciliation } from './reconciliation.tsx'
import { RemoveRule } from './remove-rule.tsx'
import { RuleText } from './rule-text.tsx'
import { Tunings } from './tunings.tsx'
import { Versions } from './versions.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/rules/$ruleId')

/** One rule: what it says, what it would have found, what it leaves out, how it came to be. */
export function RulePage() {
  const { tenantId, ruleId } = route.useParams()
  const { data, error, refetch } = useQuery(queries.rule(tenantId, ruleId))
  const { reaches } = useUser()
  const client = useQueryClient()
  const turn = useMutation({
    mutationFn: (isEnabled: boolean) => tenantApi(tenantId).switchRules({ ids: [ruleId], isEnabled }),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.rules(tenantId).queryKey }),
  })
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const { rule } = data
  const mayChange = reaches('responder')
  return (
    <Page>
      <PageHeader
        above={
          <Link to="/tenants/$tenantId/rules" params={{ tenantId }}>
            Rules
          </Link>
        }
        title={rule.title}
        actions={
          <>
            <Link
              to="/tenants/$tenantId/alerts"
              params={{ tenantId }}
              search={{ rule: rule.id, status: 'all' }}
              className={buttonClass()}
            >
              Its alerts
            </Link>
            {mayChange && rule.origin === 'imported' && <RemoveRule tenantId={tenantId} rule={rule} />}
            {mayChange && (
              <Button
                look={rule.isEnabled ? 'secondary' : 'primary'}
                disabled={turn.isPending}
                onClick={() => turn.mutate(!rule.isEnabled)}
              >
                {rule.isEnabled ? 'Switch off' : 'Switch on'}
              </Button>
            )}
          </>
        }
      />
      {turn.error && <ProblemBanner error={turn.error} />}
      <About detail={data} tenantId={tenantId} />
      <Tabs.Root
        defaultValue={rule.isEnabled ? 'text' : 'back-test'}
        className="rounded-lg border border-line bg-surface"
      >
        <TabList
          label="About the rule"
          tabs={[
            { value: 'text', title: 'Rule' },
            { value: 'back-test', title: 'Back-test' },
            { value: 'explain', title: 'Explain' },
            { value: 'tunings', title: <>Tuning{data.tunings.length > 0 && ` (${data.tunings.length})`}</> },
            { value: 'versions', title: <>Versions{data.versions.length > 0 && ` (${data.versions.length})`}</> },
          ]}
        />
        <Tabs.Content value="text">
          <RuleText tenantId={tenantId} detail={data} mayChange={mayChange} />
        </Tabs.Content>
        <Tabs.Content value="back-test">
          <BackTestPanel tenantId={tenantId} rule={rule} />
        </Tabs.Content>
        <Tabs.Content value="explain">
          <ExplainPanel tenantId={tenantId} ruleId={rule.id} />
        </Tabs.Content>
        <Tabs.Content value="tunings">
          <Tunings tenantId={tenantId} detail={data} mayChange={mayChange} />
        </Tabs.Content>
        <Tabs.Content value="versions">
          <Versions tenantId={tenantId} detail={data} mayChange={mayChange} />
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  )
}

const ORIGINS = { pack: 'comes with Cordon', folder: 'from the data folder', imported: 'imported' } as const

function About({ tenantId, detail }: { tenantId: string; detail: RuleDetail }) {
  const { rule, description, falsePositives, over, meaning, learningUntil, forgotten, reconciliation } = detail
  const { noise } = rule
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <div className="space-y-4">
        <section className="space-y-3 rounded-lg border border-line bg-surface p-4 text-sm">
          <div className="flex flex-wrap items-center gap-2 text-ink-2">
            <Severity severity={rule.level} />
            <Badge tone={rule.isEnabled ? 'good' : 'quiet'}>{rule.isEnabled ? 'on' : 'off'}</Badge>
            <span>{rule.logsource}</span>
            <AttackTags attack={rule.attack} />
          </div>
          {rule.neverFires && (
            <p className="rounded-md bg-warn-soft px-3 py-2 text-warn">It can never fire here. {rule.neverFires}</p>
          )}
          {rule.isPart && (
            <p className="rounded-md bg-sunken px-3 py-2">It serves a correlation, and raises no alert by itself.</p>
          )}
          {learningUntil !== undefined && (
            <p className="rounded-md bg-sunken px-3 py-2">
              It learns what is usual, and raises no alert{' '}
              {learningUntil === '' ? (
                'until what was before is read'
              ) : (
                <>
                  before <When at={learningUntil} exact />
                </>
              )}
              .
            </p>
          )}
          {forgotten && (
            <p className="rounded-md bg-warn-soft px-3 py-2 text-warn">
              More came at once than it remembers: it let go of {count(forgotten.groups, 'group')} and{' '}
              {count(forgotten.entries, 'event')} before their time. What it misses so is found in history, up to an
              hour later. A narrower rule under it, or a shorter timespan, needs less.
            </p>
          )}
          {description && <p className="whitespace-pre-line">{description}</p>}
          {meaning !== undefined && <p>{meaning}</p>}
          <HarmlessWhen cases={falsePositives} />
          {over.length > 0 && (
            <p>
              <span className="text-ink-3">Over </span>
              {over.map((each, index) => (
                <span key={each.id}>
                  {index > 0 && ', '}
                  <Link
                    to="/tenants/$tenantId/rules/$ruleId"
                    params={{ tenantId, ruleId: each.id }}
                    className="text-accent hover:underline"
                  >
                    {each.title}
                  </Link>
                </span>
              ))}
            </p>
          )}
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-3">
            {rule.author && <span>By {rule.author}</span>}
            {rule.license && <span>{rule.license}</span>}
            {rule.status && <span>{rule.status}</span>}
            <span>{ORIGINS[rule.origin]}</span>
            <code className="font-mono break-all">{rule.path}</code>
            <Copy text={rule.id} label="rule ID" />
          </p>
        </section>
        {reconciliation && <Reconciliation of={reconciliation} />}
      </div>
      <Panel title="Alerts in 14 days">
        <div className="space-y-2 p-4 text-sm">
          {noise.days.some((each) => each > 0) && <DayBars days={noise.days} label="Alerts a day" tall />}
          <p className="text-ink-2">
            {(noise.days.reduce((sum, each) => sum + each, 0) / noise.days.length).toFixed(1)} a day;{' '}
            {noise.closedAsFalse} closed as false or harmless, {noise.closedAsTrue} as right.
          </p>
        </div>
      </Panel>
    </div>
  )
}
