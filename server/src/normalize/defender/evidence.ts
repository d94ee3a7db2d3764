import { integerOf, isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { EventCategory } from '#normalize/ecs/categories.ts'
import { accountOf } from '#normalize/steps/account.ts'
import { addMail, fileFields } from '#normalize/steps/mail.ts'
import { parseMoment } from '#normalize/steps/moment.ts'
import { addAddress, addHashes, addUrl, macOf, osTypeOf, pathOf } from './findings.ts'
import type { Findings } from './findings.ts'
import { hiveOf, registryTypeOf } from './registry.ts'
import { addUserAgent } from '#normalize/steps/user-agent.ts'

/**
 * What an alert of Microsoft Graph rests on. Evidence is told apart by `@odata.type`; each kind has a line below that says
 * which ECS fields it fills. Kinds hold each other (a session has an account and a host). A kind without a line here, which
 * the future will bring, is still kept whole under the product's name.
 *
 * @see https://learn.microsoft.com/graph/api/resources/security-alertevidence (v1.0 metadata read 2026-08)
 */
export function addEvidence(findings: Findings, value: unknown): void {
  if (!isObject(value)) return
  const kind = kindOf(value)
  const [category, read] = KINDS.get(kind) ?? []
  if (category !== undefined) findings.categories.add(category)
  read?.(findings, value)
}

const PREFIX = /^#?(?:microsoft\.graph\.security\.)?/

function kindOf(evidence: JsonObject): string {
  return (
    textOf(evidence['@odata.type'])
      ?.replace(PREFIX, '')
      .replace(/Evidence$/, '') ?? ''
  )
}

type Read = (findings: Findings, evidence: JsonObject) => void

function each(findings: Findings, ...values: readonly unknown[]): void {
  for (const value of values)
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) addEvidence(findings, one)
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** An account under `path`, `user` or `process.user`, and in `related.user`. */
function addAccount({ fields, mentioned }: Findings, path: string, value: unknown, address?: unknown): void {
  const account = object(value)
  const found = accountOf({
    objectId: account.azureAdUserId,
    sid: account.userSid,
    upn: textOf(account.userPrincipalName) ?? address,
    name: account.accountName,
    domain: account.domainName,
    displayName: account.displayName,
  })
  for (const [name, text] of Object.entries(found?.user ?? {})) fields.add(`${path}.${name}`, text)
  mentioned.users.push(...(found?.names ?? []))
}

function addFile(findings: Findings, path: 'file' | 'process' | 'process.parent', value: unknown): void {
  const file = object(value)
  const { fields } = findings
  addHashes(findings, path, file)
  if (path === 'file') {
    for (const [name, text] of Object.entries(fileFields(file.fileName, file.fileSize)))
      fields.add(`file.${name}`, text)
    fields.add('file.directory', textOf(file.filePath))
    fields.add('file.path', pathOf(file.filePath, file.fileName))
  } else {
    fields.add(`${path}.name`, textOf(file.fileName))
    fields.add(`${path}.executable`, pathOf(file.filePath, file.fileName))
  }
  fields.add(`${path}.code_signature.subject_name`, textOf(file.signer))
}

/** `detected`, `blocked` or `prevented`: of several the first, since an action is one. */
function addDetection({ fields }: Findings, status: unknown): void {
  if (fields.at('event.action').length === 0) fields.add('event.action', textOf(status))
}

const device: Read = (findings, evidence) => {
  const { fields, mentioned } = findings
  const name = (textOf(evidence.deviceDnsName) ?? textOf(evidence.hostName))?.toLowerCase()
  fields.add('host.id', textOf(evidence.mdeDeviceId)?.toLowerCase())
  fields.add('host.name', name)
  fields.add('host.os.name', textOf(evidence.osPlatform))
  fields.add('host.os.type', osTypeOf(evidence.osPlatform))
  fields.add('host.os.version', textOf(evidence.version))
  const own = Array.isArray(evidence.ipInterfaces) ? (evidence.ipInterfaces as unknown[]) : []
  for (const address of [...own, evidence.lastIpAddress]) addAddress(findings, address, 'host.ip')
  addAddress(findings, evidence.lastExternalIpAddress)
  mentioned.hosts.push(name, textOf(evidence.mdeDeviceId)?.toLowerCase())
  for (const account of objectsOf(evidence.loggedOnUsers)) {
    mentioned.users.push(...(accountOf({ name: account.accountName, domain: account.domainName })?.names ?? []))
  }
}

const runningProcess: Read = (findings, evidence) => {
  const { fields } = findings
  addDetection(findings, evidence.detectionStatus)
  fields.add('process.pid', integerOf(evidence.processId))
  fields.add('process.command_line', textOf(evidence.processCommandLine))
  fields.add('process.start', parseMoment(evidence.processCreationDateTime))
  fields.add('process.parent.pid', integerOf(evidence.parentProcessId))
  fields.add('process.parent.start', parseMoment(evidence.parentProcessCreationDateTime))
  addFile(findings, 'process', evidence.imageFile)
  addFile(findings, 'process.parent', evidence.parentProcessImageFile)
  addAccount(findings, 'process.user', evidence.userAccount)
}

/** Roles of evidence that is where something went, not where it came from. */
const FAR_ROLES = new Set(['destination', 'commandandcontrol'])

const ip: Read = (findings, evidence) => {
  const roles = Array.isArray(evidence.roles) ? evidence.roles.map((role) => String(role).toLowerCase()) : []
  const path = roles.some((role) => FAR_ROLES.has(role)) ? 'destination' : 'source'
  addAddress(findings, evidence.ipAddress, `${path}.ip`)
  const location = object(evidence.location)
  findings.fields.add(`${path}.geo.country_iso_code`, textOf(evidence.countryLetterCode)?.toUpperCase())
  findings.fields.add(`${path}.geo.country_name`, textOf(location.countryName))
  findings.fields.add(`${path}.geo.city_name`, textOf(location.city))
}

const message: Read = (findings, evidence) => {
  addMail(findings.fields, findings.mentioned, {
    from: object(evidence.p2Sender).emailAddress,
    sender: object(evidence.p1Sender).emailAddress,
    to: evidence.recipientEmailAddress,
    subject: evidence.subject,
    internetMessageId: evidence.internetMessageId,
    networkMessageId: evidence.networkMessageId,
    direction: evidence.antiSpamDirection,
    receivedAt: evidence.receivedDateTime,
  })
  addAddress(findings, evidence.senderIp, 'source.ip')
  for (const url of Array.isArray(evidence.urls) ? (evidence.urls as unknown[]) : []) addUrl(findings, url)
}

const submission: Read = (findings, evidence) => {
  const { sender, recipient, submitter, subject, networkMessageId } = evidence
  addMail(findings.fields, findings.mentioned, { from: sender, to: recipient, subject, networkMessageId })
  addAddress(findings, evidence.senderIp, 'source.ip')
  addAccount(findings, 'user', { userPrincipalName: submitter })
}

const registry: Read = ({ fields }, evidence) => {
  fields.add('registry.hive', hiveOf(evidence.registryHive))
  fields.add('registry.key', textOf(evidence.registryKey))
  fields.add('registry.value', textOf(evidence.registryValueName))
  fields.add('registry.data.type', registryTypeOf(evidence.registryValueType))
  fields.add('registry.data.strings', textOf(evidence.registryValue))
}

const connection: Read = (findings, evidence) => {
  addAddress(findings, object(evidence.sourceAddress).ipAddress, 'source.ip')
  addAddress(findings, object(evidence.destinationAddress).ipAddress, 'destination.ip')
  findings.fields.add('source.port', integerOf(evidence.sourcePort))
  findings.fields.add('destination.port', integerOf(evidence.destinationPort))
  findings.fields.add('network.transport', textOf(evidence.protocol)?.toLowerCase())
}

const application: Read = ({ fields, mentioned }, evidence) => {
  fields.add('service.name', textOf(evidence.displayName) ?? textOf(evidence.servicePrincipalName))
  for (const id of [evidence.objectId, evidence.servicePrincipalObjectId])
    mentioned.users.push(textOf(id)?.toLowerCase())
}

const cloudResource =
  (provider: string, account: string): Read =>
  ({ fields }, evidence) => {
    fields.add('cloud.provider', provider)
    const subscription = /^\/subscriptions\/([^/]+)/i.exec(textOf(evidence.resourceId) ?? '')?.[1]
    fields.add('cloud.account.id', textOf(evidence[account]) ?? subscription?.toLowerCase())
    fields.add('cloud.instance.name', textOf(evidence.resourceName))
  }

const KINDS: ReadonlyMap<string, readonly [EventCategory | undefined, Read]> = new Map<
  string,
  readonly [EventCategory | undefined, Read]
>([
  ['device', ['host', device]],
  ['user', [undefined, (findings, { userAccount }) => addAccount(findings, 'user', userAccount)]],
  ['process', ['process', runningProcess]],
  ['ip', [undefined, ip]],
  ['url', [undefined, (findings, { url }) => addUrl(findings, url)]],
  ['analyzedMessage', ['email', message]],
  ['submissionMail', ['email', submission]],
  [
    'mailCluster',
    [
      'email',
      ({ fields }, { networkMessageIds }) => {
        if (Array.isArray(networkMessageIds)) fields.add('email.local_id', ...networkMessageIds.map(textOf))
      },
    ],
  ],
  [
    'mailbox',
    [
      'email',
      (findings, { userAccount, upn, primaryAddress }) =>
        addAccount(findings, 'user', userAccount, upn ?? primaryAddress),
    ],
  ],
  [
    'mailboxConfiguration',
    [
      'email',
      (findings, { externalDirectoryObjectId, upn, mailboxPrimaryAddress }) =>
        addAccount(findings, 'user', { azureAdUserId: externalDirectoryObjectId }, upn ?? mailboxPrimaryAddress),
    ],
  ],
  [
    'file',
    [
      'file',
      (findings, { fileDetails, detectionStatus }) => {
        addFile(findings, 'file', fileDetails)
        addDetection(findings, detectionStatus)
      },
    ],
  ],
  [
    'fileHash',
    [
      'file',
      (findings, { algorithm, value }) => addHashes(findings, 'file', { [String(algorithm).toLowerCase()]: value }),
    ],
  ],
  [
    'malware',
    [
      'malware',
      (findings, { name, files, processes }) => {
        findings.fields.add('threat.software.name', textOf(name))
        for (const file of objectsOf(files)) addEvidence(findings, { '@odata.type': 'fileEvidence', ...file })
        for (const one of objectsOf(processes)) addEvidence(findings, { '@odata.type': 'processEvidence', ...one })
      },
    ],
  ],
  ['registryKey', [undefined, registry]],
  ['registryValue', [undefined, registry]],
  ['networkConnection', ['network', connection]],
  [
    'dns',
    [
      'network',
      (findings, { domainName, ipAddresses, hostIpAddress }) => {
        findings.fields.add('dns.question.name', textOf(domainName)?.toLowerCase())
        for (const one of [...objectsOf(ipAddresses), object(hostIpAddress)]) addAddress(findings, one.ipAddress)
      },
    ],
  ],
  [
    'hostLogonSession',
    [
      'authentication',
      (findings, { account, host }) => {
        addAccount(findings, 'user', object(account).userAccount)
        device(findings, object(host))
      },
    ],
  ],
  [
    'cloudLogonSession',
    [
      'authentication',
      (findings, { account, userAgent }) => {
        addAccount(findings, 'user', object(account).userAccount)
        addUserAgent(findings.fields, textOf(userAgent))
      },
    ],
  ],
  ['cloudApplication', [undefined, application]],
  ['oauthApplication', [undefined, application]],
  ['servicePrincipal', [undefined, application]],
  [
    'securityGroup',
    [
      undefined,
      ({ fields }, { securityGroupId, displayName }) => {
        fields.add('group.id', textOf(securityGroupId)?.toLowerCase())
        fields.add('group.name', textOf(displayName))
      },
    ],
  ],
  ['azureResource', [undefined, cloudResource('azure', 'subscriptionId')]],
  ['amazonResource', [undefined, cloudResource('aws', 'amazonAccountId')]],
  ['googleCloudResource', [undefined, cloudResource('gcp', 'projectId')]],
  [
    'blob',
    [
      'file',
      (findings, { name, url, fileHashes, blobContainer }) => {
        for (const [field, text] of Object.entries(fileFields(name))) findings.fields.add(`file.${field}`, text)
        addUrl(findings, url)
        for (const { algorithm, value } of objectsOf(fileHashes)) {
          addHashes(findings, 'file', { [String(algorithm).toLowerCase()]: value })
        }
        each(findings, blobContainer)
      },
    ],
  ],
  [
    'blobContainer',
    [
      undefined,
      (findings, { url, storageResource }) => {
        addUrl(findings, url)
        each(findings, storageResource)
      },
    ],
  ],
  [
    'container',
    [
      undefined,
      (findings, { containerId, name, image, pod }) => {
        findings.fields.add('container.id', textOf(containerId))
        findings.fields.add('container.name', textOf(name))
        findings.fields.add('container.image.name', textOf(object(image).imageId))
        each(findings, pod)
      },
    ],
  ],
  [
    'kubernetesPod',
    [
      undefined,
      (findings, { name, namespace, podIp }) => {
        findings.fields.add('orchestrator.type', 'kubernetes')
        findings.fields.add('orchestrator.resource.type', 'pod')
        findings.fields.add('orchestrator.resource.name', textOf(name))
        findings.fields.add('orchestrator.namespace', textOf(object(namespace).name))
        findings.fields.add('orchestrator.cluster.name', textOf(object(object(namespace).cluster).name))
        addAddress(findings, object(podIp).ipAddress)
      },
    ],
  ],
  [
    'ioTDevice',
    [
      'host',
      (findings, { deviceId, deviceName, ipAddress, macAddress, operatingSystem }) => {
        findings.fields.add('host.id', textOf(deviceId))
        findings.fields.add('host.name', textOf(deviceName)?.toLowerCase())
        findings.fields.add('host.mac', macOf(macAddress))
        findings.fields.add('host.os.name', textOf(operatingSystem))
        addAddress(findings, object(ipAddress).ipAddress, 'host.ip')
      },
    ],
  ],
  [
    'teamsMessage',
    [
      undefined,
      (findings, { senderFromAddress, recipients, senderIP, urls, files }) => {
        for (const address of [senderFromAddress, ...(Array.isArray(recipients) ? (recipients as unknown[]) : [])]) {
          findings.mentioned.users.push(textOf(address)?.toLowerCase())
        }
        addAddress(findings, senderIP, 'source.ip')
        for (const { url } of objectsOf(urls)) addUrl(findings, url)
        for (const { fileDetails } of objectsOf(files)) addFile(findings, 'file', fileDetails)
      },
    ],
  ],
])
