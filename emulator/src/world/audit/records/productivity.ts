import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { auditRecord, objectUser } from './record.ts'
import type { AuditRecord } from './record.ts'

/** Records of Forms (66), Power Automate (30), Power Apps (45), Copilot (261) and sensitivity labels (83). */

interface Moment {
  id: string
  at: number
  person: Person
  ip: string
}

const base = (
  { id, at, person, ip }: Moment,
  operation: string,
  recordType: number,
  workload: string,
  objectId: string,
) => ({
  id,
  at,
  operation,
  recordType,
  workload,
  clientIp: ip,
  objectId,
  resultStatus: 'Succeeded',
  ...objectUser(person),
})

export function formsEvent(world: World, event: Moment & { operation: string; form: string }): AuditRecord {
  const formId = random(world.seed, 'form', event.form).hex(32)
  return auditRecord(world, base(event, event.operation, 66, 'MicrosoftForms', formId), {
    ActivityParameters: '{}',
    FormId: formId,
    FormName: event.form,
    FormTypes: 1,
    FormsUserTypes: [3],
    SourceApp: 'Forms',
    TargetUserId: '',
  })
}

export function flowEvent(world: World, event: Moment & { operation: string; flow: string }): AuditRecord {
  const r = random(world.seed, 'flow', event.flow)
  const environment = `Default-${world.tenantId}`
  const url = `https://make.powerautomate.com/environments/${environment}/flows/${r.guid()}/details`
  return auditRecord(world, base(event, event.operation, 30, 'MicrosoftFlow', url), {
    FlowConnectorNames: 'Office 365 Outlook, SharePoint',
    FlowDetailsUrl: url,
    LicenseDisplayName: '',
    RecipientUPN: '',
    SharingPermission: 3,
    UserTypeInitiated: 1,
    UserUPN: event.person.userPrincipalName,
  })
}

export function powerAppsEvent(world: World, event: Moment & { operation: string; app: string }): AuditRecord {
  const appId = random(world.seed, 'power app', event.app).guid()
  return auditRecord(world, base(event, event.operation, 45, 'PowerApps', appId), {
    AppName: `/providers/Microsoft.PowerApps/apps/${appId}`,
    AdditionalInfo: JSON.stringify({ displayName: event.app, environmentName: `Default-${world.tenantId}` }),
  })
}

export function copilotEvent(world: World, event: Moment & { host: string }): AuditRecord {
  const r = random(world.seed, 'copilot', event.id)
  const thread = `19:${r.hex(32)}@thread.v2`
  return auditRecord(world, base(event, 'CopilotInteraction', 261, 'Copilot', thread), {
    CopilotEventData: {
      AccessedResources: [],
      AppHost: event.host,
      Contexts: [{ Id: thread, Type: `${event.host}Chat` }],
      MessageIds: [],
      Messages: [
        { Id: String(event.at), isPrompt: true },
        { Id: String(event.at + 4000), isPrompt: false },
      ],
      ThreadId: thread,
    },
  })
}

export function labelEvent(world: World, event: Moment & { operation: string; file: string }): AuditRecord {
  return auditRecord(world, base(event, event.operation, 83, 'PublicEndpoint', event.file), {
    Application: 'Word',
    Common: { ApplicationName: 'Microsoft Word', DeviceName: `PC-${event.person.index}`, Location: 2, Platform: 1 },
    SensitivityLabelEventData: {
      ActionSource: 3,
      LabelEventType: 1,
      SensitivityLabelId: random(world.seed, 'sensitivity label', 'Internal').guid(),
    },
  })
}
