import type { Item } from '#world/mail/item.ts'
import type { Machine } from '#world/defender/machines.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/**
 * What an alert rests on, in Graph's words and ready to be shown: an object with `@odata.type`, what all evidence has, and
 * what its kind has. Its time is that of the alert.
 */
export interface Evidence {
  '@odata.type': `#microsoft.graph.security.${string}Evidence`
  verdict: 'unknown' | 'suspicious' | 'malicious' | 'noThreatsFound'
  remediationStatus: RemediationStatus
  remediationStatusDetails: string | null
  roles: readonly EvidenceRole[]
  detailedRoles: readonly string[]
  tags: readonly string[]
  [property: string]: unknown
}

export type RemediationStatus =
  | ('none' | 'remediated' | 'prevented' | 'blocked' | 'notFound')
  | ('active' | 'pendingApproval' | 'declined' | 'unremediated' | 'running' | 'partiallyRemediated')

export type EvidenceRole =
  | ('unknown' | 'contextual' | 'scanned' | 'source' | 'destination' | 'created' | 'added' | 'compromised' | 'edited')
  | ('attacked' | 'attacker' | 'commandAndControl' | 'loaded' | 'suspicious' | 'policyViolator')

/** What differs from harmless evidence that nothing was done about. */
export type Judgement = Partial<Pick<Evidence, 'verdict' | 'remediationStatus' | 'roles' | 'detailedRoles' | 'tags'>>

const evidence = (kind: string, judgement: Judgement, own: Record<string, unknown>): Evidence => ({
  '@odata.type': `#microsoft.graph.security.${kind}Evidence`,
  verdict: 'unknown',
  remediationStatus: 'none',
  remediationStatusDetails: null,
  roles: [],
  detailedRoles: [],
  tags: [],
  ...judgement,
  ...own,
})

const account = (person: Person) => ({
  accountName: person.userPrincipalName.split('@')[0]!,
  domainName: null,
  userSid: null,
  azureAdUserId: person.id,
  userPrincipalName: person.userPrincipalName,
  displayName: person.displayName,
  activeDirectoryObjectGuid: null,
  tenantId: null,
  resourceAccessEvents: [],
})

export const userEvidence = (person: Person, judgement: Judgement = {}): Evidence =>
  evidence('user', judgement, { stream: null, userAccount: account(person) })

export const mailboxEvidence = (person: Person, judgement: Judgement = {}): Evidence =>
  evidence('mailbox', judgement, {
    primaryAddress: person.mail,
    upn: person.userPrincipalName,
    displayName: person.displayName,
    userAccount: account(person),
  })

/** A forwarding, a delegation or a rule of a mailbox. */
export const mailboxConfigurationEvidence = (
  person: Person,
  { type, id, name }: { type: 'mailForwardingRule' | 'mailDelegation' | 'userInboxRule'; id: string; name: string },
  judgement: Judgement = {},
): Evidence =>
  evidence('mailboxConfiguration', judgement, {
    mailboxPrimaryAddress: person.mail,
    displayName: name,
    configurationId: id,
    configurationType: type,
    upn: person.userPrincipalName,
    externalDirectoryObjectId: person.id,
  })

const senderOf = ({ address, name }: { address: string; name: string }) => ({
  emailAddress: address,
  displayName: name,
  domainName: address.slice(address.lastIndexOf('@') + 1),
})

/** One recipient's copy of a message, with where filtering delivered it and what it was taken for. */
export const analyzedMessageEvidence = (
  item: Item,
  recipient: string,
  {
    action = 'Delivered',
    location = 'Inbox',
    threats = [],
  }: { action?: string; location?: string; threats?: string[] } = {},
  judgement: Judgement = {},
): Evidence => {
  const urls = [...new Set([...item.text.matchAll(/https?:\/\/[^\s<>"')\]]+/g)].map(([url]) => url))]
  return evidence('analyzedMessage', judgement, {
    networkMessageId: item.networkMessageId,
    internetMessageId: item.internetMessageId,
    subject: item.subject,
    language: 'en',
    senderIp: item.senderIp,
    recipientEmailAddress: recipient,
    antiSpamDirection: item.senderIp === null ? 'Intra-org' : 'Inbound',
    deliveryAction: action,
    deliveryLocation: location,
    urn: `urn:MailEntity:${item.networkMessageId}`,
    threats,
    threatDetectionMethods: [],
    urls,
    urlCount: urls.length,
    attachmentsCount: item.attachments.length,
    receivedDateTime: new Date(item.receivedAt).toISOString().replace('.000Z', 'Z'),
    p1Sender: senderOf(item.from),
    p2Sender: senderOf(item.from),
  })
}

/** A user's report of a message. */
export const submissionMailEvidence = (
  item: Item,
  { id, at, by, type }: { id: string; at: number; by: Person; type: 'Phish' | 'Malware' | 'Junk' },
  judgement: Judgement = {},
): Evidence =>
  evidence('submissionMail', judgement, {
    networkMessageId: item.networkMessageId,
    sender: item.from.address,
    recipient: by.userPrincipalName,
    submitter: by.userPrincipalName,
    submissionId: id,
    submissionDateTime: new Date(at).toISOString().replace('.000Z', 'Z'),
    reportType: type,
    subject: item.subject,
    senderIp: item.senderIp,
  })

/** Messages alike: `clusterBy` names the properties, `clusterByValue` their values, `query` finds them in Explorer. */
export const mailClusterEvidence = (
  { by, value, networkMessageIds }: { by: string; value: string; networkMessageIds: readonly string[] },
  judgement: Judgement = {},
): Evidence =>
  evidence('mailCluster', judgement, {
    networkMessageIds,
    emailCount: networkMessageIds.length,
    clusterBy: by,
    clusterByValue: value,
    query: `( (( ${by}:"${value}" )) )`,
    urn: `urn:MailClusterEntity:${networkMessageIds[0] ?? ''}`,
  })

export const ipEvidence = (ipAddress: string, country: string | null, judgement: Judgement = {}): Evidence =>
  evidence('ip', judgement, { ipAddress, countryLetterCode: country, location: null, stream: null })

export const urlEvidence = (url: string, judgement: Judgement = {}): Evidence => evidence('url', judgement, { url })

export const deviceEvidence = (world: World, machine: Machine, judgement: Judgement = {}): Evidence =>
  evidence('device', judgement, {
    firstSeenDateTime: new Date(machine.firstSeen).toISOString().replace('.000Z', 'Z'),
    mdeDeviceId: machine.id,
    azureAdDeviceId: machine.aadDeviceId,
    deviceDnsName: machine.computerDnsName,
    hostName: machine.computerDnsName.split('.')[0],
    ntDomain: null,
    dnsDomain: `corp.${world.domain}`,
    osPlatform: machine.osPlatform,
    osBuild: machine.osBuild,
    version: machine.version,
    healthStatus: machine.healthStatus === 'Active' ? 'active' : 'inactive',
    riskScore: machine.riskScore.toLowerCase(),
    rbacGroupId: machine.rbacGroupId,
    rbacGroupName: machine.rbacGroupName,
    onboardingStatus: 'onboarded',
    defenderAvStatus: 'updated',
    ipInterfaces: [machine.lastIpAddress],
    lastIpAddress: machine.lastIpAddress,
    lastExternalIpAddress: machine.lastExternalIpAddress,
    vmMetadata: null,
    loggedOnUsers: [],
    resourceAccessEvents: [],
  })

export interface FileFacts {
  name: string
  path: string
  size: number
  sha1: string
  sha256: string
  md5?: string
}

const fileDetails = ({ name, path, size, sha1, sha256, md5 }: FileFacts) => ({
  sha1,
  sha256,
  sha256Ac: null,
  md5: md5 ?? null,
  fileName: name,
  filePath: path,
  fileSize: size,
  filePublisher: null,
  signer: null,
  issuer: null,
})

/** `machine`: where it lies; left out for an attachment. */
export const fileEvidence = (
  file: FileFacts,
  machine: Machine | undefined,
  judgement: Judgement = {},
  detection: 'detected' | 'blocked' | 'prevented' = 'detected',
): Evidence =>
  evidence('file', judgement, {
    detectionStatus: detection,
    mdeDeviceId: machine?.id ?? null,
    fileDetails: fileDetails(file),
  })

export const processEvidence = (
  {
    id,
    commandLine,
    startedAt,
    file,
    by,
  }: { id: number; commandLine: string; startedAt: number; file: FileFacts; by: Person },
  machine: Machine,
  judgement: Judgement = {},
): Evidence =>
  evidence('process', judgement, {
    processId: id,
    parentProcessId: null,
    processCommandLine: commandLine,
    processCreationDateTime: new Date(startedAt).toISOString().replace('.000Z', 'Z'),
    parentProcessCreationDateTime: null,
    detectionStatus: 'detected',
    mdeDeviceId: machine.id,
    imageFile: fileDetails(file),
    parentProcessImageFile: null,
    userAccount: account(by),
  })

/** An application of Entra ID that was consented to. */
export const oauthApplicationEvidence = (
  { appId, objectId, name, publisher }: { appId: string; objectId: string; name: string; publisher: string },
  judgement: Judgement = {},
): Evidence => evidence('oauthApplication', judgement, { appId, displayName: name, objectId, publisher })

/** An application that Defender for Cloud Apps knows by number. */
export const cloudApplicationEvidence = (
  { appId, name, instanceId = 0 }: { appId: number; name: string; instanceId?: number },
  judgement: Judgement = {},
): Evidence =>
  evidence('cloudApplication', judgement, {
    appId,
    displayName: name,
    instanceId,
    instanceName: name,
    saasAppId: appId,
    stream: null,
  })
