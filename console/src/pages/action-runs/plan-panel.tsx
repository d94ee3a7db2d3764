import type { Action, ActionRun } from '@cordon/api'
import { TriangleAlert, Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'

import { choiceWords } from '#lib/settings.ts'
import { useUser } from '#lib/rights.ts'
import { useSafeguards } from '#lib/safeguards.ts'
import { actionable, count, kindsTitle, number, TARGET_KIND } from '#lib/words.ts'
import { Panel } from '#parts/panel.tsx'
import { When } from '#parts/when.tsx'

import { ApprovalNote } from './approval-note.tsx'
import { DecisionButtons, ExecuteButton } from './plan-buttons.tsx'

interface Props {
  tenantId: string
  actionRun: ActionRun
  action: Action
}

/** Everything one must know before it is carried out, in one view with the button that does it. */
export function PlanPanel({ tenantId, actionRun, action }: Props) {
  const { state, effect, reversible, shadow, targetKind, mailboxesTotal, mailboxesCovered, options } = actionRun
  const guarded = actionRun.targetsByState.protected ?? 0
  const { role, reaches } = useUser()
  const stops = useSafeguards(tenantId)?.stops ?? []
  const isStopped = !shadow && stops.length > 0
  const isOpen = state === 'planned' || state === 'approved'
  const Icon = reversible ? Undo2 : TriangleAlert
  return (
    <Panel title={isOpen ? 'Plan: nothing has happened yet' : 'Plan: nothing has happened'}>
      <div className="space-y-4 p-4 text-sm">
        <p className="text-base font-medium wrap-anywhere">{effect}</p>
        <dl className="grid grid-cols-2 gap-x-6 gap-y-3 md:grid-cols-4">
          <Fact title={kindsTitle(targetKind)}>{number(actionable(actionRun))}</Fact>
          {guarded > 0 && <Fact title="Protected, left alone">{number(guarded)}</Fact>}
          {mailboxesTotal !== undefined && (
            <Fact title="Mailboxes touched">
              {number(mailboxesTotal)}
              {mailboxesCovered !== undefined && (
                <span className="text-xs font-normal text-ink-3"> of {number(mailboxesCovered)} covered</span>
              )}
            </Fact>
          )}
          {state !== 'rejected' && (
            <Fact title={isOpen ? 'Good until' : 'Expired'}>
              <When at={actionRun.expiresAt} />
            </Fact>
          )}
          <Fact title="Approval">{approvalWord(actionRun)}</Fact>
        </dl>
        {!shadow && (
          <p className={`flex gap-2 rounded-md p-3 ${reversible ? 'bg-good-soft' : 'bg-warn-soft'}`}>
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${reversible ? 'text-good' : 'text-warn'}`} />
            <span>{action.recoverability}</span>
          </p>
        )}
        {options && Object.keys(options).length > 0 && (
          <p className="text-ink-2">
            {Object.entries(options)
              .map(([name, value]) => `${name}: ${choiceWords(String(value))}`)
              .join(' · ')}
          </p>
        )}
        <Sample actionRun={actionRun} />
        <ApprovalNote tenantId={tenantId} actionRun={actionRun} />
        {isOpen && !reaches('responder') && (
          <p className="text-ink-2">Responders and administrators approve and carry out; your role is {role}.</p>
        )}
        {isOpen && reaches('responder') && (
          <div className="flex flex-wrap items-start justify-end gap-2 border-t border-line pt-4">
            <DecisionButtons tenantId={tenantId} actionRun={actionRun} />
            {isStopped ? (
              <p className="self-center text-ink-2">It can be carried out once acting is no longer stopped.</p>
            ) : (
              <ExecuteButton tenantId={tenantId} actionRun={actionRun} action={action} />
            )}
          </div>
        )}
      </div>
    </Panel>
  )
}

function approvalWord({ state, needsApproval }: ActionRun): string {
  if (state === 'rejected') return 'Refused'
  if (state === 'approved') return 'Given'
  return needsApproval ? 'Needed' : 'Not needed'
}

const Fact = ({ title, children }: { title: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-xs text-ink-3">{title}</dt>
    <dd className="text-lg font-semibold">{children}</dd>
  </div>
)

/** Few enough that number, sample and button are in one view. */
const SAMPLE = 6

function Sample({ actionRun }: { actionRun: ActionRun }) {
  const { noun, address: where, name: what } = TARGET_KIND[actionRun.targetKind]
  const shown = actionRun.sample.slice(0, SAMPLE)
  const rest = actionable(actionRun) - shown.length
  if (shown.length === 0) return null
  return (
    <div className="overflow-hidden rounded-md border border-line">
      <table aria-label="Sample of targets" className="w-full table-fixed text-left text-xs">
        <thead className="bg-sunken text-ink-3">
          <tr>
            <th className="px-3 py-1.5 font-medium">{where}, for example</th>
            <th className="px-3 py-1.5 font-medium">{what}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ address, name }, index) => (
            // A mailbox may have two copies with one subject, and the sample never changes.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index} className="border-t border-line">
              <td className="truncate px-3 py-1.5" title={address}>
                {address}
              </td>
              <td className="truncate px-3 py-1.5" title={name}>
                {name}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <p className="border-t border-line px-3 py-1.5 text-xs text-ink-3">
          and {count(rest, `more ${noun}`)}, listed below
        </p>
      )}
    </div>
  )
}
