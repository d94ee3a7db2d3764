import { OUTCOME } from './outcome.ts'
import { at, type EventStream, inOrder, type LiftedList, together } from './source.ts'

const RECORD = ['o365', 'audit']

/** What stands in the audit log as lists of names and values. */
export const AUDIT_LISTS: readonly LiftedList[] = [
  ...['Parameters', 'ExtendedProperties', 'OperationProperties', 'DeviceProperties', 'NonPIIParameters'].map(
    (name) => ({ names: [name.toLowerCase()], path: [...RECORD, name] }),
  ),
  {
    names: ['modifiedproperties'],
    path: [...RECORD, 'ModifiedProperties'],
    change: { old: 'OldValue', new: 'NewValue' },
  },
]

const ALERT_SOURCE = { alert: ['SecurityComplianceCenter'] }
/** An alert has no outcome. Rules that came from Elastic ask for one. */
const ALERT_OUTCOME = { alert: ['success'] }

/** The unified audit log, in its own names and in those that rules inherited from Elastic. */
export const AUDIT: EventStream = {
  dataset: 'o365.audit',
  roots: [RECORD],
  lists: AUDIT_LISTS,
  aliases: {
    ...together(['Operation'], at('o365.audit.Operation'), at('event.action'), at('event.action', { fold: 'dashes' })),
    // The address without its port, whichever of these fields it came in.
    ...inOrder(
      ['ClientIP', 'ClientIPAddress', 'ActorIpAddress', 'SenderIp'],
      [at('source.ip')],
      [at('o365.audit.ClientIP'), at('o365.audit.ClientIPAddress'), at('o365.audit.ActorIpAddress')],
    ),
    ...together(['UserId'], at('o365.audit.UserId'), at('user.email')),
    ...together(['UserAgent'], at('o365.audit.UserAgent'), at('user_agent.original')),
    ...together(['ResultStatus'], at('o365.audit.ResultStatus'), at('event.outcome', { words: OUTCOME })),
    ...together(['eventSource'], at('event.provider'), at('event.kind', { words: ALERT_SOURCE })),
    ...together(['eventName'], at('o365.audit.Name'), at('o365.audit.Operation'), at('event.action')),
    ...together(['status'], at('event.outcome'), at('event.kind', { words: ALERT_OUTCOME }), at('o365.audit.Status')),
    ...together(['Payload'], at('o365.audit'), { path: [...RECORD, 'Parameters'], read: 'names' }),
  },
}

/** Alerts of Defender by way of Graph, for rules that were written for the same alerts in the audit log. */
export const DEFENDER_ALERTS = alerts('m365_defender.alert', ['m365_defender', 'alert'])

export const CLOUD_APPS_ALERTS = alerts('cloud_apps.alert', ['cloud_apps', 'alert'])

function alerts(dataset: string, root: readonly string[]): EventStream {
  return {
    dataset,
    roots: [root],
    lists: [],
    aliases: {
      ...together(['eventSource', 'Workload'], at('event.kind', { words: ALERT_SOURCE }), at('event.provider')),
      ...together(['eventName', 'Name'], { path: [...root, 'title'], read: 'values' }, at('rule.name')),
      ...together(['status'], at('event.kind', { words: ALERT_OUTCOME }), {
        path: [...root, 'status'],
        read: 'values',
      }),
      ...together(['Payload'], { path: root, read: 'values' }),
    },
  }
}
