import type { EventCategory, EventType } from '#normalize/ecs/categories.ts'
import { integerOf, isObject, textOf } from '#normalize/json.ts'
import { quote } from '#normalize/sentence.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'
import { addAddress } from '#normalize/defender/findings.ts'
import { meaningOfActivity, outcomeOfActivity } from '#normalize/defender/activity.ts'
import { addAccount, addSource } from './columns.ts'
import { portOf } from './device.ts'
import type { Row, Tables, Told } from './row.ts'

/** What Defender for Identity, Defender for Cloud Apps and Entra ID saw people and programs do. */
export const identityTables: readonly Tables[] = [
  { name: 'identity-logon', tables: ['IdentityLogonEvents'], tell: tellLogon },
  { name: 'identity-query', tables: ['IdentityQueryEvents'], tell: tellQuery },
  { name: 'identity-directory', tables: ['IdentityDirectoryEvents'], tell: tellDirectory },
  { name: 'identity-info', tables: ['IdentityInfo', 'IdentityAccountInfo'], tell: tellInfo },
  {
    name: 'entra-sign-in',
    tables: ['AADSignInEventsBeta', 'EntraIdSignInEvents', 'AADSpnSignInEventsBeta', 'EntraIdSpnSignInEvents'],
    tell: tellSignIn,
  },
  { name: 'cloud-app', tables: ['CloudAppEvents'], tell: tellCloudApp },
  { name: 'graph-api', tables: ['GraphApiAuditEvents'], tell: tellGraphApi },
]

const OUTCOMES: Readonly<Record<string, Outcome>> = { LogonSuccess: 'success', LogonFailed: 'failure' }

function tellLogon(row: Row): Told {
  const { columns, fields, action } = row
  const user = addAccount(row, 'user')
  const from = addSource(row, columns.IPAddress)
  fields.add('source.port', portOf(columns.Port))
  const target = addDestination(row)
  const application = textOf(columns.Application)
  fields.add('service.name', application)
  fields.add('network.protocol', textOf(columns.Protocol)?.toLowerCase())
  fields.add('event.reason', textOf(columns.FailureReason))
  const outcome = OUTCOMES[action] ?? 'unknown'
  const reason = textOf(columns.FailureReason)
  const place = target ?? application
  return {
    meaning: { category: ['authentication'], type: ['start'] },
    outcome,
    sentence: `${user ?? 'Someone'} ${outcome === 'unknown' ? 'tried to sign in' : 'signed in'}${
      place === undefined ? '' : ` to ${place}`
    }${from === undefined ? '' : ` from ${from}`}${reason === undefined ? '' : `: ${reason}`}`,
  }
}

/** The device on the other side: `destination.*`. Its name, if it has one. */
function addDestination(row: Row): string | undefined {
  const { columns, fields, mentioned } = row
  const name = (textOf(columns.DestinationDeviceName) ?? textOf(columns.TargetDeviceName))?.toLowerCase()
  fields.add('destination.domain', name)
  addAddress(row, columns.DestinationIPAddress, 'destination.ip')
  fields.add('destination.port', portOf(columns.DestinationPort))
  mentioned.hosts.push(name)
  return name
}

function tellQuery(row: Row): Told {
  const { columns, fields, action } = row
  const user = addAccount(row, 'user')
  const from = addSource(row, columns.IPAddress)
  fields.add('source.port', portOf(columns.Port))
  const server = addDestination(row)
  addTarget(row)
  const query = textOf(columns.Query) ?? textOf(columns.QueryTarget)
  const protocol = textOf(columns.Protocol)
  fields.add('network.protocol', protocol?.toLowerCase())
  if (protocol?.toLowerCase() === 'dns') fields.add('dns.question.name', textOf(columns.QueryTarget)?.toLowerCase())
  const device = fields.at('host.name')[0]
  return {
    meaning: { category: ['network'], type: ['access', 'protocol'] },
    sentence: `${user ?? device ?? from ?? 'Someone'} asked ${server ?? 'a domain controller'} (${action || protocol || 'query'})${
      query === undefined ? '' : `: ${quote(query)}`
    }`,
  }
}

function addTarget(row: Row): string | undefined {
  const { columns } = row
  return addAccount(
    { ...row, columns: { AccountUpn: columns.TargetAccountUpn, AccountDisplayName: columns.TargetAccountDisplayName } },
    'user.target',
  )
}

function tellDirectory(row: Row): Told {
  const { columns, action, fields } = row
  const user = addAccount(row, 'user')
  addSource(row, columns.IPAddress)
  addDestination(row)
  const target = addTarget(row)
  fields.add('service.name', textOf(columns.Application))
  return {
    meaning: directoryMeaning(action),
    sentence: `${user ?? 'Someone'}: ${action || 'a change of the directory'}${target === undefined ? '' : ` of ${target}`}`,
  }
}

function directoryMeaning(action: string): { category: EventCategory[]; type: EventType[] } {
  if (/logon|remote execution|powershell/i.test(action)) return { category: ['session'], type: ['start'] }
  const kind: EventType = /group/i.test(action) ? 'group' : /account|user|password/i.test(action) ? 'user' : 'info'
  const change: EventType =
    /creat|added/i.test(action) && !/membership/i.test(action)
      ? 'creation'
      : /delet/i.test(action)
        ? 'deletion'
        : 'change'
  return { category: ['iam'], type: [kind, change] }
}

function tellInfo(row: Row): Told {
  const user = addAccount(row, 'user')
  row.fields.add('user.email', textOf(row.columns.EmailAddress)?.toLowerCase())
  return {
    kind: 'asset',
    meaning: { category: ['iam'], type: ['user', 'info'] },
    sentence: `Account ${user ?? 'without a name'}`,
  }
}

function tellSignIn(row: Row): Told {
  const { columns, fields } = row
  const name = textOf(columns.ServicePrincipalName)
  const user =
    addAccount(row, 'user') ??
    addAccount({ ...row, columns: { AccountObjectId: columns.ServicePrincipalId, AccountDisplayName: name } }, 'user')
  const from = addSource(row, columns.IPAddress)
  const application = textOf(columns.Application)
  fields.add('service.name', application)
  fields.add('event.action', 'Sign-in activity')
  const error = integerOf(columns.ErrorCode)
  const outcome: Outcome = error === undefined ? 'unknown' : error === 0 ? 'success' : 'failure'
  if (error !== undefined && error !== 0) fields.add('event.reason', `Error ${error}`)
  return {
    meaning: { category: ['authentication'], type: ['start'] },
    outcome,
    sentence: `${user ?? 'Someone'} signed in${application === undefined ? '' : ` to ${application}`}${from === undefined ? '' : ` from ${from}`}`,
  }
}

function tellCloudApp(row: Row): Told {
  const { columns, fields, action } = row
  const user = addAccount({ ...row, columns: accountOfCloudApp(row) }, 'user')
  const from = addSource(row, columns.IPAddress)
  const application = textOf(columns.Application)
  fields.add('service.name', application)
  fields.add('host.os.name', textOf(columns.OSPlatform))
  const object = textOf(columns.ObjectName)
  const record = isObject(columns.RawEventData) ? columns.RawEventData : {}
  fields.add('event.provider', textOf(record.Workload))
  return {
    meaning: meaningOfActivity(action || (textOf(columns.ActivityType) ?? ''), textOf(columns.ObjectType)),
    outcome: outcomeOfActivity(action, record.ResultStatus),
    sentence: `${user ?? 'Someone'}: ${action || 'an activity'}${object === undefined ? '' : ` ${quote(object)}`}${
      application === undefined ? '' : ` in ${application}`
    }${from === undefined ? '' : ` from ${from}`}`,
  }
}

/** `AccountId` is an address, or whatever the application calls its users. */
function accountOfCloudApp({ columns }: Row): Row['columns'] {
  const { AccountObjectId, AccountDisplayName, AccountId, AccountUpn } = columns
  const record = isObject(columns.RawEventData) ? columns.RawEventData : {}
  const address = [AccountUpn, record.UserId, AccountId].map(textOf).find((name) => name?.includes('@') === true)
  return {
    AccountObjectId,
    AccountDisplayName,
    AccountUpn: address,
    AccountName: address === undefined ? AccountId : undefined,
  }
}

function tellGraphApi(row: Row): Told {
  const { columns, fields } = row
  const user =
    addAccount(row, 'user') ??
    addAccount({ ...row, columns: { AccountObjectId: columns.ServicePrincipalId ?? columns.ApplicationId } }, 'user')
  const from = addSource(row, columns.IPAddress)
  const [method, uri, status] = [
    textOf(columns.RequestMethod),
    textOf(columns.RequestUri),
    integerOf(columns.ResponseStatusCode),
  ]
  fields.add('http.request.method', method)
  fields.add('http.response.status_code', status)
  fields.add('url.original', uri)
  fields.add('url.domain', 'graph.microsoft.com')
  fields.add('event.action', method)
  return {
    meaning: { category: ['api'], type: ['access'] },
    outcome: status === undefined ? 'unknown' : status < 400 ? 'success' : 'failure',
    sentence:
      `${user ?? 'An application'} called Microsoft Graph: ${method ?? 'request'} ${uri ?? ''}${from === undefined ? '' : ` from ${from}`}`.trimEnd(),
  }
}
