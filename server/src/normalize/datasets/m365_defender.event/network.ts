import type { EventType } from '#normalize/ecs/categories.ts'
import { textOf } from '#normalize/json.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'
import { addAddress, addUrl } from '#normalize/defender/findings.ts'
import { addAccount, addInitiator } from './columns.ts'
import { portOf } from './device.ts'
import type { Row, Tables } from './row.ts'
import { addUserAgent } from '#normalize/steps/user-agent.ts'

/**
 * Connections of devices. "Local" is the device, "remote" the other side: which of them is the source depends on who began.
 */
export const networkTables: Tables = {
  name: 'device-network',
  tables: ['DeviceNetworkEvents'],
  tell(row) {
    const { columns, fields, action, mentioned } = row
    const program = addInitiator(row)
    const user = addAccount(row, 'user', 'InitiatingProcessAccount')
    const isInbound = direction(row) === 'ingress'
    const [local, remote] = isInbound ? ['destination', 'source'] : ['source', 'destination']
    addAddress(row, columns.LocalIP, `${local}.ip`)
    addAddress(row, columns.RemoteIP, `${remote}.ip`)
    fields.add(`${local}.port`, portOf(columns.LocalPort))
    fields.add(`${remote}.port`, portOf(columns.RemotePort))
    fields.add('network.transport', transportOf(columns.Protocol))
    fields.add('network.direction', direction(row))
    addUrl(row, columns.RemoteUrl)
    addInspected(row)
    mentioned.hosts.push(fields.at('url.domain')[0] as string | undefined)
    const { type, outcome, verb } = ACTIONS[action] ?? inspected(action)
    const far = fields.at('url.domain')[0] ?? fields.at(`${remote}.ip`)[0]
    const port = fields.at(`${remote}.port`)[0]
    const device = fields.at('host.name')[0] ?? fields.at('host.id')[0] ?? 'a device'
    const who = [user, program].filter((part) => part !== undefined).join(' with ')
    const question = fields.at('dns.question.name')[0]
    const toFar = isInbound ? ` from ${far}` : ` to ${far}${port === undefined ? '' : `:${port}`}`
    const target = question === undefined ? (far === undefined ? '' : toFar) : ` for ${question}`
    return {
      meaning: { category: ['network'], type },
      ...(outcome !== undefined && { outcome }),
      sentence: `${who === '' ? device : `${who} on ${device}`} ${verb}${target}`,
    }
  },
}

interface Act {
  type: EventType[]
  outcome?: Outcome
  verb: string
}

const ACTIONS: Readonly<Record<string, Act>> = {
  ConnectionSuccess: { type: ['connection', 'start'], outcome: 'success', verb: 'connected' },
  ConnectionFailed: { type: ['connection', 'start'], outcome: 'failure', verb: 'connected' },
  ConnectionRequest: { type: ['connection', 'start'], outcome: 'unknown', verb: 'asked for a connection' },
  ConnectionAttempt: { type: ['connection', 'start'], outcome: 'unknown', verb: 'tried to connect' },
  ConnectionFound: { type: ['connection', 'info'], verb: 'has a connection' },
  ConnectionAcknowledged: { type: ['connection', 'info'], verb: 'acknowledged a connection' },
  InboundConnectionAccepted: {
    type: ['connection', 'start', 'allowed'],
    outcome: 'success',
    verb: 'accepted a connection',
  },
  InboundConnectionAttempt: { type: ['connection', 'start'], outcome: 'unknown', verb: 'was asked for a connection' },
  InboundConnectionBlocked: { type: ['connection', 'denied'], outcome: 'failure', verb: 'accepted a connection' },
  InboundInternetScanInspected: { type: ['info'], verb: 'was scanned' },
  ListeningConnectionCreated: { type: ['info'], verb: 'listens for connections' },
  DnsConnectionInspected: { type: ['protocol', 'info'], verb: 'asked DNS' },
  DnsQueryResponse: { type: ['protocol', 'info'], verb: 'got an answer from DNS' },
}

/** `HttpConnectionInspected`: the sensor read what the connection said. */
function inspected(action: string): Act {
  const protocol = /^([A-Za-z]+?)(?:Connection|Authentication)Inspected$/.exec(action)?.[1]
  if (protocol !== undefined) return { type: ['protocol', 'info'], verb: `spoke ${protocol.toUpperCase()}` }
  return { type: ['info'], verb: `had ${action || 'a network event'}` }
}

function transportOf(protocol: unknown): string | undefined {
  const name = textOf(protocol)
    ?.toLowerCase()
    .replace(/v[46]$/, '')
  return name === 'unknown' ? undefined : name
}

/** ECS's words for what a host sees, from the action and from what the sensor says of inspected connections. */
function direction({ action, additional }: Row): string | undefined {
  const told = textOf(additional.direction)?.toLowerCase()
  if (told === 'in' || action.startsWith('Inbound')) return 'ingress'
  return told === 'out' || /^(?:Connection(?:Success|Failed|Request|Attempt)|Outbound)/.test(action)
    ? 'egress'
    : undefined
}

/** What inspected connections said, by protocol. */
function addInspected({ fields, additional, action }: Row): void {
  const at = (name: string) => textOf(additional[name])
  fields.add('network.community_id', at('community_id') ?? at('CommunityId'))
  if (action.startsWith('Dns')) {
    fields.add('dns.question.name', (at('query') ?? at('DnsQueryString'))?.toLowerCase())
    fields.add('dns.question.type', at('qtype_name'))
    fields.add('dns.response_code', at('rcode_name'))
    fields.add('network.protocol', 'dns')
  } else if (action.startsWith('Http')) {
    fields.add('http.request.method', at('method'))
    fields.add('http.response.status_code', Number(at('status_code')) || undefined)
    addUserAgent(fields, at('user_agent'))
    fields.add('url.domain', at('host')?.toLowerCase())
    fields.add('url.path', at('uri'))
    fields.add('network.protocol', 'http')
  } else if (action.startsWith('Ssl')) {
    fields.add('tls.client.server_name', at('server_name')?.toLowerCase())
    fields.add('tls.version_protocol', 'tls')
    fields.add('network.protocol', 'tls')
  } else {
    const protocol = /^(Smtp|Ssh|Ftp|Ntlm|Icmp|Kerberos)/.exec(action)?.[1]?.toLowerCase()
    fields.add('network.protocol', protocol)
  }
}
