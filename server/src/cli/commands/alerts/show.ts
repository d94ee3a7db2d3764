import { AlertDetail } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { facts, print, table } from '#cli/output.ts'

export function showAlert(alerts: Command): void {
  alerts
    .command('show')
    .description('an alert with its evidence')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/alerts/${encodeURIComponent(id)}`)
      const detail = await client.send('GET', path, AlertDetail)
      print(command, detail, () => format(detail))
    })
}

function format({ alert, events, rule, suggestedFilter }: AlertDetail): string {
  const about = facts({
    rule: alert.ruleTitle,
    severity: alert.severity,
    status: alert.status,
    closed: alert.closeReason,
    attack: alert.attack.join(', ') || undefined,
    events: alert.eventCount,
    first: alert.firstEventAt,
    last: alert.lastEventAt,
    why: rule?.description,
    hunt: suggestedFilter && JSON.stringify(suggestedFilter),
  })
  const evidence = table(
    events,
    { TIME: (event) => event['@timestamp'], EVENT: ({ message }) => message },
    'No evidence is stored.',
  )
  return `${alert.sentence}\n${about}${evidence}`
}
