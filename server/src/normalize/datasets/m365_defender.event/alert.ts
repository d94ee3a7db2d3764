import { textOf } from '#normalize/json.ts'
import type { EventCategory } from '#normalize/ecs/categories.ts'
import { quote } from '#normalize/sentence.ts'
import { parseSeverity } from '#normalize/steps/severity.ts'
import { addThreat } from '#normalize/steps/threat.ts'
import { addAddress, addUrl } from '#normalize/defender/findings.ts'
import { addAccount, addCommandLine, addFile, addMessage, addProcess, addRegistry } from './columns.ts'
import type { Row, Tables, Told } from './row.ts'

/** Alerts and what they rest on, as tables: a row of AlertInfo is an alert, of AlertEvidence one thing that it names. */
export const alertTables: readonly Tables[] = [
  { name: 'alert-info', tables: ['AlertInfo', 'BehaviorInfo'], tell: tellInfo },
  { name: 'alert-evidence', tables: ['AlertEvidence', 'BehaviorEntities'], tell: tellEvidence },
]

function addAlert({ columns, fields }: Row): void {
  fields.add('event.provider', textOf(columns.ServiceSource))
  fields.add('event.severity', parseSeverity(columns.Severity))
  fields.add('rule.name', textOf(columns.Title))
  fields.add('rule.category', textOf(columns.Category))
  addThreat(fields, columns.Category ?? columns.Categories, columns.AttackTechniques)
}

function tellInfo(row: Row): Told {
  const { columns } = row
  addAlert(row)
  addAccount(row, 'user')
  addCommandLine(row, 'process', columns.ProcessCommandLine)
  const severity = textOf(columns.Severity)?.toLowerCase()
  const title = textOf(columns.Title) ?? textOf(columns.Description) ?? textOf(columns.AlertId) ?? 'without a title'
  return {
    kind: 'alert',
    meaning: { category: [textOf(columns.Category) === 'Malware' ? 'malware' : 'intrusion_detection'], type: ['info'] },
    sentence: `${textOf(columns.ServiceSource) ?? 'Microsoft Defender XDR'} raised ${quote(title)}${severity === undefined ? '' : ` (${severity})`}`,
  }
}

/** Kinds of things in `EntityType`, and what an alert about one is about. */
const CATEGORIES: Readonly<Record<string, EventCategory>> = {
  File: 'file',
  Process: 'process',
  Machine: 'host',
  MailMessage: 'email',
  MailCluster: 'email',
  Mailbox: 'email',
}

/** Where Microsoft does not say: a device reached out, and somebody who signed in came from there. */
function isRemoteSource({ columns }: Row): boolean {
  const direction = textOf(columns.EvidenceDirection)?.toLowerCase()
  return direction === 'source' || (direction !== 'destination' && textOf(columns.DeviceId) === undefined)
}

function tellEvidence(row: Row): Told {
  const { columns, fields, mentioned } = row
  addAlert(row)
  const kind = textOf(columns.EntityType) ?? 'Evidence'
  const user = addAccount(row, 'user')
  const file = kind === 'Process' ? addProcess(row) : addFile(row)
  const path = isRemoteSource(row) ? 'source.ip' : 'destination.ip'
  addAddress(row, columns.RemoteIP, path)
  addAddress(row, columns.LocalIP, path === 'source.ip' ? 'destination.ip' : 'source.ip')
  addUrl(row, columns.RemoteUrl)
  addMessage(row)
  const key = addRegistry(row)
  fields.add('service.name', textOf(columns.Application))
  fields.add('threat.software.name', textOf(columns.ThreatFamily))
  mentioned.users.push(textOf(columns.OAuthApplicationId)?.toLowerCase())
  const about =
    file ??
    user ??
    fields.at('email.subject')[0] ??
    fields.at('host.name')[0] ??
    textOf(columns.RemoteUrl) ??
    textOf(columns.RemoteIP) ??
    key
  const alert = textOf(columns.Title) ?? textOf(columns.AlertId) ?? textOf(columns.BehaviorId) ?? 'without a title'
  const category = CATEGORIES[kind]
  return {
    kind: 'alert',
    meaning: { category: ['intrusion_detection', ...(category === undefined ? [] : [category])], type: ['info'] },
    sentence: `Evidence of alert ${quote(alert)}: ${kind}${about === undefined ? '' : ` ${about}`}`,
  }
}
