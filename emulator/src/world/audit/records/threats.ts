import { createHash } from 'node:crypto'

import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { QuarantinedMessage } from '#world/mail/quarantine.ts'
import type { World } from '#world/world.ts'

import { auditRecord, objectUser } from './record.ts'
import type { AuditRecord } from './record.ts'

/** Records of Defender for Office 365: mail it caught (28), clicks (41), files (47), investigations (64), quarantine (65). */

interface Moment {
  id: string
  at: number
  person: Person
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 19)

/** These records are made by the service, whoever they are about. */
const service = (event: Moment, operation: string, recordType: number, objectId: string) => ({
  id: event.id,
  at: event.at,
  operation,
  recordType,
  userType: 4,
  userId: 'ThreatIntel',
  userKey: 'ThreatIntel',
  workload: 'ThreatIntelligence',
  objectId,
})

/** Record type 28: a message that was held back, as {@link QuarantinedMessage} has it. */
export function threatMail(world: World, event: Moment, message: QuarantinedMessage): AuditRecord {
  const { authentication, type } = message
  const malware = type === 'Malware'
  return auditRecord(world, service(event, 'TIMailData', 28, message.networkMessageId), {
    AttachmentData: message.attachments.map(({ name, base64 }) => ({
      FileName: name,
      FileType: name.split('.').at(-1),
      FileVerdict: malware ? 1 : 0,
      MalwareFamily: malware ? 'Trojan_Emulated_A' : '',
      SHA256: createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex'),
    })),
    AuthDetails: [
      { Name: 'SPF', Value: authentication.spf },
      { Name: 'DKIM', Value: authentication.dkim },
      { Name: 'DMARC', Value: authentication.dmarc },
      { Name: 'Comp Auth', Value: authentication.compauth },
    ],
    DeliveryAction: 'Blocked',
    DetectionMethod: malware ? 'AntiMalware' : 'Anti-spam filter',
    DetectionType: 'Inline',
    Directionality: 'Inbound',
    EventDeepLink: `https://security.microsoft.com/threatexplorer?messageParams=${message.networkMessageId}`,
    InternetMessageId: message.internetMessageId,
    LatestDeliveryLocation: 'Quarantine',
    MessageTime: iso(message.receivedAt),
    NetworkMessageId: message.networkMessageId,
    OriginalDeliveryLocation: 'Quarantine',
    P1Sender: message.from.address,
    P2Sender: message.from.address,
    PhishConfidenceLevel: type === 'HighConfPhish' ? 'High' : type === 'Phish' ? 'Normal' : '',
    Policy: malware ? 2 : type.endsWith('Phish') ? 3 : 1,
    PolicyAction: 5,
    Recipients: [message.recipient],
    SenderIp: message.senderIp,
    Subject: message.subject,
    SystemOverrides: [],
    ThreatsAndDetectionTech: [`${type}: [${malware ? 'Antimalware engine' : 'General filter'}]`],
    Verdict: malware ? 'Malware' : type.endsWith('Phish') ? 'Phish' : 'Spam',
  })
}

/** Record type 41: a click that Safe Links stopped. */
export function blockedClick(
  world: World,
  event: Moment,
  click: { url: string; ip: string; messageId: string },
): AuditRecord {
  return auditRecord(
    world,
    { ...service(event, 'TIUrlClickData', 41, click.messageId), ...objectUser(event.person) },
    {
      AppName: 'Mail',
      AppVersion: '0.0.0000',
      EventDeepLink: `https://security.microsoft.com/threatexplorer?url=${encodeURIComponent(click.url)}`,
      SourceId: click.messageId,
      TimeOfClick: iso(event.at),
      Url: click.url,
      URLClickAction: 2,
      UserIp: click.ip,
    },
  )
}

/** Record type 47: a file in SharePoint, OneDrive or Teams that was found harmful. */
export function harmfulFile(world: World, event: Moment): AuditRecord {
  const r = random(world.seed, 'harmful file', event.id)
  const name = `statement-${r.between(100, 999)}.xlsm`
  const documentId = r.guid()
  return auditRecord(world, service(event, 'AtpDetection', 47, documentId), {
    DetectionDate: iso(event.at),
    DetectionMethod: 'AntiMalware',
    EventDeepLink: `https://security.microsoft.com/threatexplorer?fileId=${documentId}`,
    FileData: {
      DocumentId: documentId,
      FileName: name,
      FilePath: `https://${world.initialDomain.split('.')[0]}-my.sharepoint.example/personal/${event.person.userPrincipalName.replaceAll(/[@.]/g, '_')}/Documents/${name}`,
      FileSize: String(r.between(20_000, 400_000)),
      FileVerdict: 1,
      MalwareFamily: 'Macro_Emulated_B',
      SHA256: r.hex(64),
    },
    LastModifiedBy: event.person.userPrincipalName,
    LastModifiedDate: iso(event.at - 60_000),
    SourceWorkload: r.between(0, 2),
  })
}

/** Record type 64: a step of an automated investigation. */
export function investigation(world: World, event: Moment, message: QuarantinedMessage): AuditRecord {
  const r = random(world.seed, 'investigation', event.id)
  const investigationId = `urn:SPInvestigation:${r.hex(32)}`
  const entity = {
    $id: '1',
    Recipient: message.recipient,
    NetworkMessageId: message.networkMessageId,
    InternetMessageId: message.internetMessageId,
    Sender: message.from.address,
    Subject: message.subject,
    Type: 'mailMessage',
  }
  return auditRecord(
    world,
    {
      ...service(event, 'AirInvestigationData', 64, investigationId),
      userId: 'AirInvestigation',
      userKey: 'AirInvestigation',
    },
    {
      Actions: JSON.stringify([
        { $id: '1', ActionId: r.guid(), ActionType: 'SoftDelete', ActionStatus: 'Pending', Entities: [entity] },
      ]),
      Data: JSON.stringify({
        Version: '3.0',
        VendorName: 'Microsoft',
        ProviderName: 'OATP',
        InvestigationId: investigationId,
        Entities: [entity],
      }),
      DeeplinkURL: `https://security.microsoft.com/mtp-investigation/${investigationId}`,
      InvestigationId: investigationId,
      InvestigationName: `Mail with malicious content - ${investigationId}`,
      InvestigationType: 'ZappedEmailInvestigation',
      LastUpdateTimeUtc: iso(event.at),
      RunningTime: r.between(30, 900),
      StartTimeUtc: iso(event.at - 900_000),
      Status: r.pick(['Running', 'Pending Action', 'Remediated', 'No Threats Found']),
    },
  )
}

/** Request types of {@link quarantineRequest}. */
export const QUARANTINE_REQUESTS = ['Preview', 'Delete', 'Release', 'Export', 'ViewHeader', 'ReleaseRequest'] as const

/** Record type 65: somebody did something to a message in quarantine. */
export function quarantineRequest(
  world: World,
  event: Omit<Moment, 'person'> & { person: Person | { appId: string } },
  request: {
    type: (typeof QUARANTINE_REQUESTS)[number]
    networkMessageId: string
    releaseTo?: string
    source?: 0 | 1 | 2
  },
): AuditRecord {
  const base = {
    id: event.id,
    at: event.at,
    operation: `Quarantine${request.type}`,
    recordType: 65,
    workload: 'Quarantine',
    objectId: request.networkMessageId,
    ...('appId' in event.person
      ? { userId: event.person.appId, userKey: event.person.appId, userType: 5 }
      : objectUser(event.person)),
  }
  return auditRecord(world, base, {
    NetworkMessageId: request.networkMessageId,
    ReleaseTo: request.releaseTo ?? '',
    RequestSource: request.source ?? 0,
    RequestType: QUARANTINE_REQUESTS.indexOf(request.type),
  })
}
