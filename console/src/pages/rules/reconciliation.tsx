import type { RuleDetail } from '@cordon/api'

import { count } from '#lib/words.ts'
import { Panel } from '#parts/panel.tsx'
import { Trouble } from '#parts/trouble.tsx'
import { When } from '#parts/when.tsx'

/** What came of holding a correlation against history: how far it is, what it added, what it does not confirm. */
export function Reconciliation({ of: state }: { of: NonNullable<RuleDetail['reconciliation']> }) {
  const { until, isWaiting, added, unconfirmed, fault } = state
  return (
    <Panel title="Held against history">
      <div className="space-y-3 p-4 text-sm text-ink-2">
        <p>
          Everything that was stored until <When at={until} /> has been judged
          {isWaiting && ', but for a part that the next pass takes up'}.
        </p>
        {added.events === 0 && <p>Nothing was missing from its alerts.</p>}
        {added.events > 0 && (
          <p>
            <span className="font-medium text-ink">
              {count(added.events, 'event')} in {count(added.alerts, 'alert')} added:
            </span>{' '}
            they came very late, or what they belong to was no longer remembered.
          </p>
        )}
        {unconfirmed.events > 0 && (
          <p>
            <span className="font-medium text-ink">
              {count(unconfirmed.events, 'event')} in {count(unconfirmed.alerts, 'alert')} not confirmed:
            </span>{' '}
            the rule was another then, something came in between later, or events are no longer kept. The alerts stay as
            they are.
          </p>
        )}
        {fault && <Trouble {...fault} />}
      </div>
    </Panel>
  )
}
