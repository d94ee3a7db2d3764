import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { auditRecord, objectUser } from './record.ts'
import type { AuditRecord, Base } from './record.ts'

/** Records of everything that has no content type of its own: Teams, reported mail, alerts, and what is yet unknown. */

interface Moment {
  id: string
  at: number
  person: Person
}

/** Record type 25. */
export function teamsEvent(world: World, event: Moment & { operation: string; ip: string; team: string }): AuditRecord {
  const base = {
    id: event.id,
    at: event.at,
    operation: event.operation,
    recordType: 25,
    workload: 'MicrosoftTeams',
    clientIp: event.ip,
    objectId: `${event.team} (${event.operation})`,
    ...objectUser(event.person),
  }
  const r = random(world.seed, 'team', event.team)
  return auditRecord(world, base, {
    CommunicationType: 'Team',
    TeamGuid: `19:${r.hex(32)}@thread.tacv2`,
    TeamName: event.team,
    ExtraProperties: [],
    ItemName: event.team,
  })
}

export interface ReportedMail {
  internetMessageId: string
  networkMessageId: string
  p1Sender: string
  p2Sender: string
  senderIp: string
  subject: string
  recipients: readonly string[]
  receivedAt: number
}

/** Record type 29: a user reported a message. No result is given. */
export function userSubmission(world: World, event: Moment, mail: ReportedMail): AuditRecord {
  const base: Base = {
    id: event.id,
    at: event.at,
    operation: 'UserSubmission',
    recordType: 29,
    ...objectUser(event.person),
    workload: 'SecurityComplianceCenter',
    objectId: mail.networkMessageId,
  }
  return auditRecord(world, base, {
    InternetMessageId: mail.internetMessageId,
    NetworkMessageId: mail.networkMessageId,
    P1Sender: mail.p1Sender,
    P2Sender: mail.p2Sender,
    SenderIP: mail.senderIp,
    Subject: mail.subject,
    Recipients: mail.recipients,
    SubmissionType: 'Phish',
    MessageDate: new Date(mail.receivedAt).toISOString().slice(0, 19),
  })
}

/** What raised an alert, and about whom. */
export interface AlertEntity {
  /** `providerAlertId` of the alert in Graph. */
  alertId: string
  policyId: string
  name: string
  severity: 'Low' | 'Medium' | 'High' | 'Informational'
  category: 'MailFlow' | 'ThreatManagement' | 'AccessGovernance'
  /** The ids of the messages or the name of the user that it is about. */
  entity: { type: 'User' | 'MalwareFamily' | 'MailMessage'; id: string }
}

/** Record type 40, of a benign policy. */
export function complianceAlert(world: World, event: Moment): AuditRecord {
  const r = random(world.seed, 'alert', event.id)
  const objectId = r.guid()
  return alertEntity(world, event, objectId, {
    alertId: r.guid(),
    policyId: r.guid(),
    name: 'Messages have been delayed',
    severity: 'Low',
    category: 'MailFlow',
    entity: { type: 'User', id: event.person.userPrincipalName },
  })
}

/** Record type 40: something that an alert is about. */
export function alertEntity(
  world: World,
  event: Omit<Moment, 'person'>,
  objectId: string,
  alert: AlertEntity,
): AuditRecord {
  const { type, id } = alert.entity
  const base = {
    id: event.id,
    at: event.at,
    operation: 'AlertEntityGenerated',
    recordType: 40,
    userType: 4,
    workload: 'SecurityComplianceCenter',
    objectId,
    resultStatus: 'Succeeded',
    userId: 'SecurityComplianceAlerts',
    userKey: 'SecurityComplianceAlerts',
  }
  return auditRecord(world, base, {
    AlertId: alert.alertId,
    AlertType: 'System',
    Name: alert.name,
    PolicyId: alert.policyId,
    Status: 'Active',
    Severity: alert.severity,
    Category: alert.category,
    Source: 'Office 365 Security & Compliance',
    Comments: 'New alert',
    AlertEntityId: id,
    EntityType: type,
    Data: JSON.stringify({ etype: type, eid: id, ts: new Date(event.at).toISOString() }),
  })
}

/** A record type that stands in no published table, as real tenants receive them. */
export function unlistedEvent(world: World, event: Moment & { recordType: number }): AuditRecord {
  const base = {
    id: event.id,
    at: event.at,
    operation: 'InsightViewed',
    recordType: event.recordType,
    workload: 'PlacesAnalytics',
    ...objectUser(event.person),
  }
  return auditRecord(world, base, { InsightContext: { Surface: 'Desk booking', Floors: [1, 2] } })
}
