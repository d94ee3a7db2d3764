import type { EventCategory, EventType, Meaning } from '#normalize/ecs/categories.ts'
import { textOf } from '#normalize/json.ts'
import { quote } from '#normalize/sentence.ts'
import { parseMoment } from '#normalize/steps/moment.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'
import { addAddress, macOf, osTypeOf } from '#normalize/defender/findings.ts'
import { addAccount, addFile, addInitiator, addProcess, addRegistry, addSource, mentionAccounts } from './columns.ts'
import type { Row, Tables, Told } from './row.ts'

/** What Defender for Endpoint saw on devices: processes, files, the registry, sign-ins, and whatever else its sensor reports. */
export const deviceTables: readonly Tables[] = [
  { name: 'device-process', tables: ['DeviceProcessEvents'], tell: tellProcess },
  { name: 'device-file', tables: ['DeviceFileEvents', 'DeviceFileCertificateInfo'], tell: tellFile },
  { name: 'device-image-load', tables: ['DeviceImageLoadEvents'], tell: tellImageLoad },
  { name: 'device-registry', tables: ['DeviceRegistryEvents'], tell: tellRegistry },
  { name: 'device-logon', tables: ['DeviceLogonEvents'], tell: tellLogon },
  { name: 'device', tables: ['DeviceEvents'], tell: tellDevice },
  { name: 'device-info', tables: ['DeviceInfo', 'DeviceNetworkInfo'], tell: tellInfo },
  {
    name: 'device-vulnerability',
    tables: [
      'DeviceTvmSoftwareInventory',
      'DeviceTvmSoftwareVulnerabilities',
      'DeviceTvmSecureConfigurationAssessment',
      'DeviceTvmInfoGathering',
    ],
    tell: tellVulnerability,
  },
]

const meaning = (category: EventCategory, ...type: EventType[]): Meaning => ({ category: [category], type })

/** " on desk-7" */
function where({ fields }: Row): string {
  const host = fields.at('host.name')[0] ?? fields.at('host.id')[0]
  return host === undefined ? '' : ` on ${host}`
}

/** Who did it with which program: `ana with cmd.exe`. */
function actorOf(row: Row): string {
  const program = addInitiator(row)
  const user = addAccount(row, 'user', 'InitiatingProcessAccount')
  return [user, program].filter((part) => part !== undefined).join(' with ') || 'Something'
}

function tellProcess(row: Row): Told {
  const name = addProcess(row)
  const parent = addInitiator(row, 'process.parent')
  const user = addAccount(row, 'user') ?? addAccount(row, 'user', 'InitiatingProcessAccount')
  const by = parent === undefined ? '' : ` from ${parent}`
  const isStart = row.action === 'ProcessCreated' || row.action === ''
  const command = textOf(row.columns.ProcessCommandLine)
  return {
    meaning: meaning('process', isStart ? 'start' : 'info'),
    sentence: `${user ?? 'Someone'} ${isStart ? 'started' : `(${row.action})`} ${name ?? 'a process'}${by}${where(row)}${
      command === undefined ? '' : `: ${quote(command)}`
    }`,
  }
}

const FILE_TYPES: Readonly<Record<string, readonly [EventType, string]>> = {
  FileCreated: ['creation', 'created'],
  FileModified: ['change', 'changed'],
  FileRenamed: ['change', 'renamed'],
  FileDeleted: ['deletion', 'deleted'],
}

function tellFile(row: Row): Told {
  const { columns, fields, action, table } = row
  const file = addFile(row)
  if (table === 'DeviceFileCertificateInfo') {
    const signer = textOf(columns.Signer)
    fields.add('file.code_signature.subject_name', signer)
    fields.add('file.code_signature.exists', flagOf(columns.IsSigned))
    fields.add('file.code_signature.trusted', flagOf(columns.IsTrusted))
    fields.add('file.x509.issuer.common_name', textOf(columns.Issuer))
    fields.add('file.x509.serial_number', textOf(columns.CertificateSerialNumber))
    fields.add('file.x509.not_before', parseMoment(columns.CertificateCreationTime))
    fields.add('file.x509.not_after', parseMoment(columns.CertificateExpirationTime))
    return {
      kind: 'state',
      meaning: meaning('file', 'info'),
      sentence: `A file${where(row)} is ${signer === undefined ? 'not signed' : `signed by ${signer}`}`,
    }
  }
  const actor = actorOf(row)
  addSource(row, columns.RequestSourceIP)
  const previous = textOf(columns.PreviousFileName)
  const [type, verb] = FILE_TYPES[action] ?? (['info', `did ${action || 'something'} to`] as const)
  const from = action === 'FileRenamed' && previous !== undefined ? ` (was ${previous})` : ''
  return { meaning: meaning('file', type), sentence: `${actor} ${verb} ${file ?? 'a file'}${from}${where(row)}` }
}

/** Booleans come as such, or as 0 and 1. */
function flagOf(value: unknown): boolean | undefined {
  return value === true || value === 1 ? true : value === false || value === 0 ? false : undefined
}

function tellImageLoad(row: Row): Told {
  const actor = actorOf(row)
  return {
    meaning: meaning('library', 'start'),
    sentence: `${actor} loaded ${addLibrary(row) ?? 'a library'}${where(row)}`,
  }
}

/** What was loaded is a library to ECS, and a file to whoever looks for its hash. */
function addLibrary(row: Row): string | undefined {
  addFile(row)
  return addFile(row, 'dll')
}

function tellRegistry(row: Row): Told {
  const actor = actorOf(row)
  row.fields.add('host.os.type', 'windows')
  const key = addRegistry(row) ?? 'a key'
  const [type, verb] = registryChange(row.action)
  const data = textOf(row.columns.RegistryValueData)
  const to = row.action === 'RegistryValueSet' && data !== undefined ? ` to ${quote(data)}` : ''
  return { meaning: meaning('registry', type), sentence: `${actor} ${verb} ${key}${to}${where(row)}` }
}

function registryChange(action: string): readonly [EventType, string] {
  if (action.endsWith('Deleted')) return ['deletion', 'deleted']
  if (action.endsWith('Created')) return ['creation', 'created']
  return ['change', action === 'RegistryKeyRenamed' ? 'renamed' : 'set']
}

const OUTCOMES: Readonly<Record<string, Outcome>> = { LogonSuccess: 'success', LogonFailed: 'failure' }

function tellLogon(row: Row): Told {
  const { columns, fields, mentioned, action } = row
  addInitiator(row)
  const user = addAccount(row, 'user')
  const from = addSource(row, columns.RemoteIP)
  fields.add('source.port', portOf(columns.RemotePort))
  const remote = textOf(columns.RemoteDeviceName)?.toLowerCase()
  fields.add('source.domain', remote)
  mentioned.hosts.push(remote)
  const reason = textOf(columns.FailureReason)
  fields.add('event.reason', reason)
  const type = textOf(columns.LogonType)
  fields.add('network.protocol', textOf(columns.Protocol)?.toLowerCase())
  const outcome = OUTCOMES[action] ?? 'unknown'
  const origin = remote ?? from
  return {
    meaning: meaning('authentication', 'start'),
    outcome,
    sentence: `${user ?? 'Someone'} ${outcome === 'unknown' ? 'tried to sign in' : 'signed in'}${where(row)}${
      origin === undefined ? '' : ` from ${origin}`
    }${type === undefined ? '' : ` (${type})`}${reason === undefined ? '' : `: ${reason}`}`,
  }
}

/** Defender writes 0 where there is no port. */
export function portOf(value: unknown): number | undefined {
  const port = Number(textOf(value))
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

/** Actions of DeviceEvents by their beginning or part, the first that fits. What none fits is told of the host. */
const DEVICE_ACTIONS: readonly (readonly [RegExp, Meaning])[] = [
  [/^DriverLoad/, meaning('driver', 'start')],
  [/^(?:OpenProcess|ReadProcessMemory|WriteToLsass)/, meaning('api', 'access')],
  [/ApiCall$/, meaning('api', 'info')],
  [/^UserAccountCreated|^SecurityGroupCreated/, meaning('iam', 'creation')],
  [/^UserAccountDeleted|^SecurityGroupDeleted/, meaning('iam', 'deletion')],
  [/^UserAccount|^SecurityGroup|^PasswordChange|^UserAccountAddedToLocalGroup/, meaning('iam', 'change')],
  [/^Antivirus(?:Detection|Report|Malware|Troubleshoot)|^OtherAlertRelatedActivity/, meaning('malware', 'info')],
  [/^(?:Asr|ExploitGuard|AppControl|SmartScreen).*Blocked$/, meaning('intrusion_detection', 'denied')],
  [/^(?:Asr|ExploitGuard|AppControl|SmartScreen)/, meaning('intrusion_detection', 'info')],
  [/^Firewall.*Blocked$/, meaning('network', 'denied')],
  [/^(?:Firewall|RemoteDesktopConnection|RemoteWmi|DnsQuery)/, meaning('network', 'info')],
  [/^(?:ServiceInstalled|ScheduledTaskCreated)/, meaning('configuration', 'creation')],
  [/^ScheduledTaskDeleted/, meaning('configuration', 'deletion')],
  [
    /^(?:ScheduledTask|GroupPolicy|AuditPolicy|SecurityLog|TamperingAttempt|.*Modif(?:ied|ication)$)/,
    meaning('configuration', 'change'),
  ],
  [/^ProcessCreatedUsingWmiQuery|^CreateRemoteThread/, meaning('process', 'info')],
  [/^(?:ShellLinkCreateFileEvent)/, meaning('file', 'creation')],
  [/^(?:SensitiveFileRead|FileTimestampModification)/, meaning('file', 'access')],
  [/^(?:UsbDrive|PnpDevice|RemovableStorage)/, meaning('host', 'change')],
]

function tellDevice(row: Row): Told {
  const { columns, action, fields } = row
  const actor = actorOf(row)
  const account = addAccountAside(row)
  const file = action.startsWith('DriverLoad') ? addLibrary(row) : addFile(row)
  addRegistry(row)
  for (const [address, path] of [
    [columns.LocalIP, 'source'],
    [columns.RemoteIP, 'destination'],
  ] as const) {
    addAddress(row, address, `${path}.ip`)
  }
  fields.add('source.port', portOf(columns.LocalPort))
  fields.add('destination.port', portOf(columns.RemotePort))
  const said = DEVICE_ACTIONS.find(([pattern]) => pattern.test(action))?.[1] ?? meaning('host', 'info')
  const about = [file, account].filter((part) => part !== undefined)
  return {
    meaning: said,
    sentence: `${actor}: ${action || 'an event'}${about.length === 0 ? '' : ` of ${about.join(', ')}`}${where(row)}`,
  }
}

/** The account that an event is about, where somebody else did it: `user.target`; else it is the user. */
function addAccountAside(row: Row): string | undefined {
  return addAccount(row, row.fields.at('user.name').length === 0 ? 'user' : 'user.target')
}

function tellInfo(row: Row): Told {
  const { columns, fields, table } = row
  fields.add('host.os.name', textOf(columns.OSPlatform))
  fields.add('host.os.version', textOf(columns.OSVersion))
  fields.add('host.os.type', osTypeOf(columns.OSPlatform))
  fields.add('host.architecture', textOf(columns.OSArchitecture))
  fields.add('host.type', textOf(columns.DeviceType))
  fields.add('host.mac', macOf(columns.MacAddress))
  addAddress(row, columns.PublicIP)
  mentionAccounts(row, columns.LoggedOnUsers)
  const addresses = Array.isArray(columns.IPAddresses) ? (columns.IPAddresses as unknown[]) : []
  for (const one of addresses) addAddress(row, (one as { IPAddress?: unknown } | null)?.IPAddress, 'host.ip')
  for (const others of [columns.DnsAddresses, columns.DefaultGateways]) {
    for (const one of Array.isArray(others) ? (others as unknown[]) : []) addAddress(row, one)
  }
  return {
    kind: 'asset',
    meaning: table === 'DeviceInfo' ? meaning('host', 'info') : { category: ['host', 'network'], type: ['info'] },
    sentence: `${table === 'DeviceInfo' ? 'Inventory' : 'Network adapter'} of ${
      fields.at('host.name')[0] ?? fields.at('host.id')[0] ?? 'a device'
    }${fields.at('host.os.name').length === 0 ? '' : ` (${fields.at('host.os.name').join(', ')})`}`,
  }
}

function tellVulnerability(row: Row): Told {
  const { columns, fields } = row
  const id = textOf(columns.CveId) ?? textOf(columns.ConfigurationId)
  fields.add('vulnerability.id', id)
  fields.add('vulnerability.severity', textOf(columns.VulnerabilitySeverityLevel))
  fields.add('package.name', textOf(columns.SoftwareName))
  fields.add('package.version', textOf(columns.SoftwareVersion))
  const what = [id, textOf(columns.SoftwareName), textOf(columns.SoftwareVersion)].filter((part) => part !== undefined)
  return {
    kind: 'state',
    meaning: meaning('vulnerability', 'info'),
    sentence: `${what.join(' ') || row.table}${where(row)}`,
  }
}
