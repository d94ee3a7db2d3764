import { meaningOfActivity } from '#normalize/defender/activity.ts'
import { addAddress, addHashes, addUrl, pathOf } from '#normalize/defender/findings.ts'
import { isObject, textOf } from '#normalize/json.ts'
import { quote } from '#normalize/sentence.ts'
import { accountName, accountOf } from '#normalize/steps/account.ts'
import { fileFields } from '#normalize/steps/mail.ts'
import { textsOf } from '#normalize/steps/threat.ts'
import { addAccount, addCommandLine, addMessage, addSource } from './columns.ts'
import type { Row, Tables, Told } from './row.ts'

/** Clouds and what runs in them, files and mails that are known as bad, data that people take, and what Defender cut off. */
export const cloudTables: readonly Tables[] = [
  { name: 'cloud-audit', tables: ['CloudAuditEvents', 'CloudStorageAggregatedEvents'], tell: tellAudit },
  { name: 'cloud-process', tables: ['CloudProcessEvents'], tell: tellProcess },
  { name: 'cloud-dns', tables: ['CloudDnsEvents'], tell: tellDns },
  { name: 'campaign', tables: ['CampaignInfo'], tell: tellCampaign },
  { name: 'malicious-file', tables: ['FileMaliciousContentInfo'], tell: tellFile },
  { name: 'data-security', tables: ['DataSecurityEvents', 'DataSecurityBehaviors'], tell: tellData },
  { name: 'disruption', tables: ['DisruptionAndResponseEvents'], tell: tellDisruption },
  {
    name: 'inventory',
    tables: [
      'OAuthAppInfo',
      'AIAgentsInfo',
      'ExposureGraphNodes',
      'ExposureGraphEdges',
      'DeviceBaselineComplianceProfiles',
    ],
    tell: tellInventory,
  },
]

/** The first of some columns that says something. */
function firstOf({ columns }: Row, ...names: readonly string[]): string | undefined {
  return names.map((name) => textOf(columns[name])).find((text) => text !== undefined)
}

function tellAudit(row: Row): Told {
  const { columns, fields, action } = row
  const user = addAccount(row, 'user') ?? addCaller(row)
  const from = addSource(row, columns.IPAddress ?? columns.CallerIPAddress)
  const operation = firstOf(row, 'OperationName') ?? action
  const resource = firstOf(row, 'ResourceId', 'ResourceIdentifier', 'AzureResourceId', 'StorageAccount', 'ResourceName')
  fields.add('cloud.provider', firstOf(row, 'DataSource', 'CloudPlatform')?.toLowerCase())
  fields.add('cloud.account.id', firstOf(row, 'SubscriptionId', 'AzureSubscriptionId', 'CloudAccountId'))
  return {
    meaning: meaningOfActivity(operation),
    sentence: `${user ?? 'Someone'} performed ${quote(operation || 'an unnamed operation')}${resource === undefined ? '' : ` on ${quote(resource)}`}${
      from === undefined ? '' : ` from ${from}`
    }`,
  }
}

/** Whom the cloud's own record of it names. */
function addCaller({ columns, fields, mentioned }: Row): string | undefined {
  const record = isObject(columns.RawEventData) ? columns.RawEventData : {}
  const account = accountOf({ upn: record.caller ?? record.identity })
  for (const [name, text] of Object.entries(account?.user ?? {})) fields.add(`user.${name}`, text)
  mentioned.users.push(...(account?.names ?? []))
  return account === undefined ? undefined : accountName(account)
}

function tellProcess(row: Row): Told {
  const { columns, fields } = row
  const name = firstOf(row, 'ProcessName', 'FileName')
  fields.add('process.name', name)
  fields.add('process.parent.name', firstOf(row, 'ParentProcessName'))
  fields.add('container.name', firstOf(row, 'ContainerName'))
  fields.add('container.image.name', firstOf(row, 'ContainerImageName'))
  fields.add('container.id', firstOf(row, 'ContainerId'))
  fields.add('orchestrator.namespace', firstOf(row, 'KubernetesNamespace'))
  fields.add('orchestrator.resource.name', firstOf(row, 'KubernetesPodName', 'KubernetesResource'))
  addCommandLine(row, 'process', columns.ProcessCommandLine)
  addAccount(row, 'user')
  const place = firstOf(row, 'KubernetesPodName', 'ContainerName', 'AzureResourceId')
  return {
    meaning: { category: ['process'], type: ['start'] },
    sentence: `${firstOf(row, 'ProcessCommandLine') ?? name ?? 'A process'} was started${place === undefined ? '' : ` in ${place}`}`,
  }
}

function tellDns(row: Row): Told {
  const { columns, fields } = row
  const query = firstOf(row, 'DnsQuery', 'QueryName', 'DnsQueryString', 'Query')?.toLowerCase()
  fields.add('dns.question.name', query)
  fields.add('dns.question.type', firstOf(row, 'QueryType', 'DnsQueryType'))
  fields.add('dns.response_code', firstOf(row, 'DnsResponseCode', 'ResponseCode'))
  fields.add('network.protocol', 'dns')
  addAddress(row, columns.SourceIpAddress ?? columns.SourceIPAddress ?? columns.LocalIP, 'source.ip')
  row.mentioned.hosts.push(query)
  const place = firstOf(row, 'KubernetesPodName', 'ContainerName', 'AzureResourceId')
  return {
    meaning: { category: ['network'], type: ['info'] },
    sentence: `${place ?? 'A workload'} looked up ${query ?? 'a name'}`,
  }
}

function tellCampaign(row: Row): Told {
  const { fields } = row
  addMessage(row)
  const name = firstOf(row, 'CampaignName', 'CampaignId')
  fields.add('rule.name', name)
  fields.add('rule.category', firstOf(row, 'CampaignType'))
  const recipient = firstOf(row, 'RecipientEmailAddress')?.toLowerCase()
  return {
    kind: 'alert',
    meaning: { category: ['email', 'intrusion_detection'], type: ['info'] },
    sentence: `A mail${recipient === undefined ? '' : ` to ${recipient}`} is part of campaign ${quote(name ?? 'without a name')}`,
  }
}

function tellFile(row: Row): Told {
  const { columns, fields, mentioned } = row
  const { name, extension, size } = fileFields(columns.FileName, columns.FileSize)
  fields.add('file.name', name)
  fields.add('file.extension', extension)
  fields.add('file.size', size)
  fields.add('file.path', pathOf(columns.FolderPath ?? columns.FilePath, columns.FileName))
  addHashes(row, 'file', { sha256: columns.SHA256 })
  const owner = firstOf(row, 'FileOwnerUpn', 'FileOwnerDisplayName')?.toLowerCase()
  fields.add('file.owner', owner)
  mentioned.users.push(owner, firstOf(row, 'LastModifyingAccountUpn')?.toLowerCase())
  fields.add('service.name', firstOf(row, 'Workload'))
  const threats = textsOf(columns.ThreatTypes ?? columns.ThreatNames).join(', ')
  return {
    kind: 'alert',
    meaning: { category: ['file', 'malware'], type: ['info'] },
    sentence: `Defender found ${threats || 'a threat'} in ${quote(name ?? 'a file')}${owner === undefined ? '' : ` of ${owner}`}`,
  }
}

function tellData(row: Row): Told {
  const { columns, fields, action } = row
  const user = addAccount(row, 'user')
  addAddress(row, columns.IPAddress, 'source.ip')
  addUrl(row, firstOf(row, 'DestinationUrl', 'SiteUrl'))
  const object = firstOf(row, 'ObjectName', 'FileName', 'ObjectId')
  fields.add('file.name', firstOf(row, 'FileName', 'ObjectName'))
  fields.add('rule.name', ...textsOf(columns.DlpPolicyMatchInfo), ...textsOf(columns.PolicyName))
  const what = firstOf(row, 'Description', 'Title')
  return {
    meaning: { category: ['file'], type: ['access'] },
    sentence:
      what ?? `${user ?? 'Someone'}: ${action || 'an event'}${object === undefined ? '' : ` of ${quote(object)}`}`,
  }
}

function tellDisruption(row: Row): Told {
  const { columns, fields, mentioned, action } = row
  const user = firstOf(row, 'SourceUserName', 'AccountName')?.toLowerCase()
  fields.add('user.name', user)
  fields.add('user.id', firstOf(row, 'SourceUserSid', 'SourceUserObjectId'))
  fields.add('user.domain', firstOf(row, 'SourceUserDomainName')?.toLowerCase())
  addAddress(row, columns.SourceIpAddress ?? columns.SourceIPAddress, 'source.ip')
  const target = firstOf(row, 'TargetDeviceName', 'DeviceName')?.toLowerCase()
  mentioned.hosts.push(target, firstOf(row, 'SourceDeviceName')?.toLowerCase())
  mentioned.users.push(user)
  fields.add('rule.name', firstOf(row, 'PolicyName'))
  return {
    kind: 'alert',
    meaning: { category: ['intrusion_detection'], type: ['denied'] },
    sentence: `Attack disruption: ${action || 'an action'}${user === undefined ? '' : ` against ${user}`}${target === undefined ? '' : ` on ${target}`}`,
  }
}

function tellInventory(row: Row): Told {
  const name = firstOf(row, 'AppName', 'AIAgentName', 'AgentName', 'NodeName', 'EdgeLabel', 'ProfileName')
  const owner = firstOf(row, 'AppOwnerUpn', 'OwnerAccountUpn', 'CreatorAccountUpn')?.toLowerCase()
  row.mentioned.users.push(owner)
  return {
    kind: 'asset',
    meaning: { category: ['configuration'], type: ['info'] },
    sentence: `${row.table}: ${name === undefined ? 'a row' : quote(name)}`,
  }
}
