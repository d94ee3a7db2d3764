import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EcsEvent } from '#domain/event.ts'
import { isObject, objectsOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { isAllowedMeaning } from '#normalize/ecs/categories.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'
import { SHARED_FIELDS, compareEvents } from '#normalize/testing/agreement.ts'
import { leafCoverage } from '#normalize/testing/leaves.ts'

/**
 * Records that others recorded from real tenants. Their licenses keep them out of this repository, so they are measured where a
 * checkout has them beside it.
 */
const EVENTS = fileURLToPath(new URL('../../../../../shared/data/events', import.meta.url))

const FIELDS = [
  ...new Set([
    ...SHARED_FIELDS,
    ...`destination.domain destination.ip destination.port destination.user.email destination.user.name dll.name dll.path
    dns.question.name email.direction email.from.address email.local_id email.message_id email.subject email.to.address
    event.end event.provider event.severity event.start event.url file.hash.md5 file.hash.sha1 file.hash.sha256 file.path
    file.size host.id host.mac host.os.name host.os.type host.os.version network.direction network.protocol
    network.transport process.args process.command_line process.executable process.hash.md5 process.hash.sha1
    process.hash.sha256 process.name process.parent.executable process.parent.name process.parent.pid process.pid
    process.start registry.data.type registry.hive registry.key registry.path registry.value related.hash related.hosts
    source.domain source.user.name threat.tactic.name threat.technique.id threat.technique.subtechnique.id
    url.domain`.split(/\s+/),
  ]),
]

/** Where ours says something else than Elastic's, and why ours is right. */
const DISAGREEMENTS: Record<string, string> = {
  'destination.ip': 'Of an inbound connection the device is the destination, not the source.',
  'destination.port': 'As destination.ip.',
  'email.direction': 'Message trace does not tell it.',
  'email.from.address': 'An address is one, without the display name.',
  'email.subject': 'A subject that is an invisible mark alone says nothing.',
  'event.action': 'The name is Microsoft’s (`FileCreated`); event.type says what it means (`creation`).',
  'event.category':
    'An account or address that evidence names is no event of iam or network; an alert is no threat indicator.',
  'event.end': 'The end of the window that message trace was asked for is not the end of the event.',
  'event.kind': 'Inventories are assets, and a certificate is a state; nothing happened.',
  'event.start': 'As event.end.',
  'event.type':
    'A sign-in begins something, a connection that failed was not denied, reading the memory of a process is access, an alert is no threat indicator.',
  'file.path': 'A path has the name of the file at its end.',
  'host.os.type': 'A path of Unix is not one of Windows.',
  'network.direction': 'ECS has ingress and egress for what a host sees; what is not known is not said.',
  'network.protocol': 'The protocol is TLS.',
  'process.args': 'Of the program that did it, not of the one that it was done to.',
  'process.command_line': 'As process.args; a space at the end says nothing.',
  'process.executable': 'As process.args; a path has the name of the program at its end.',
  'process.pid': 'As process.args.',
  'process.start': 'As process.args.',
  'registry.data.type': 'ECS wants the names that Windows has (`REG_SZ`).',
  'registry.hive': 'ECS wants the short names (`HKLM`).',
  'related.hash': 'The fingerprint of a certificate is not the hash of a file.',
  'related.hosts': 'Domains of accounts, operating systems and their versions are no hosts.',
  'related.user': 'As email.from.address; and the name of an alert’s mailbox is no user.',
  'source.ip': 'As destination.ip.',
  'source.port': 'As destination.port; 0 is no port.',
  'source.user.name': 'Whoever an incident is assigned to is not where it came from.',
  'threat.tactic.name': 'Tactics have MITRE’s names (`Initial Access`); malware is none.',
  'threat.technique.subtechnique.id': 'T1078 is a technique.',
  'user.email': 'A row of message trace is about its recipient, whoever the sender is.',
  'user.id': 'The identity in Entra ID comes before the security identifier and the address.',
  'user.name': 'Whoever is signed in to a device need not have to do with its alert.',
}

const ELASTIC = [
  { dataset: 'm365_defender.alert', file: 'm365_defender/alert/test-alert.log', atLeast: 0.8 },
  { dataset: 'm365_defender.incident', file: 'm365_defender/incident/test-incident.log', atLeast: 0.8 },
  { dataset: 'm365_defender.event', file: 'm365_defender/event/test-alert.log', atLeast: 0.75 },
  { dataset: 'm365_defender.event', file: 'm365_defender/event/test-device.log', atLeast: 0.9 },
  { dataset: 'o365.message_trace', file: 'microsoft_exchange_online_message_trace/log/test-log.log', atLeast: 0.8 },
]

const PANTHER = [
  { dataset: 'm365_defender.alert', file: 'MicrosoftGraph.SecurityAlertV2.json' },
  { dataset: 'm365_defender.event', file: 'MicrosoftDefenderXDR.AdvancedHunting.json' },
]

describe.skipIf(!existsSync(EVENTS))(
  'Defender and mail: records of others (skipped where ../shared/data/events is absent)',
  () => {
    it.each(ELASTIC)(
      'says of $file what Elastic says, or what is written down as better',
      ({ dataset, file, atLeast }) => {
        const compared = elasticPairs(file).map(({ text, theirs }) =>
          compareEvents(theirs, kept(dataset, text), FIELDS),
        )
        const agreed = compared.reduce((sum, comparison) => sum + comparison.agreed.length, 0)
        const disagreed = compared.flatMap((comparison) => comparison.disagreed)
        expect(disagreed.filter(({ field }) => !(field in DISAGREEMENTS))).toEqual([])
        expect(agreed / (agreed + disagreed.length)).toBeGreaterThan(atLeast)
      },
    )

    it.each(ELASTIC)('finds every leaf value of $file in the events', ({ dataset, file }) => {
      const missing = elasticPairs(file).flatMap(({ text }) => {
        return leafCoverage(JSON.parse(text), kept(dataset, text)).missing
      })
      expect(missing).toEqual([])
    })

    it.each(PANTHER)('keeps every record of $file with its leaf values', ({ dataset, file }) => {
      const records = objectsOf(JSON.parse(readFileSync(join(EVENTS, 'panther', file), 'utf8')))
      expect(records.length).toBeGreaterThan(0)
      for (const { log } of records) {
        expect(leafCoverage(log, kept(dataset, JSON.stringify(log))).missing).toEqual([])
      }
    })
  },
)

/** @throws where it is not kept, or means what ECS does not allow. */
function kept(dataset: string, text: string): EcsEvent {
  const result = normalizeRecord(dataset, text)
  if (result.outcome !== 'kept') throw new Error(JSON.stringify(result))
  const { category = [], type = [] } = result.event.event
  expect({ category, type }).toSatisfy(isAllowedMeaning)
  return result.event
}

/** Records with Elastic's events, without the empty pages that it drops. */
function elasticPairs(file: string): { text: string; theirs: JsonObject }[] {
  const path = join(EVENTS, 'elastic', file)
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const { expected } = JSON.parse(readFileSync(`${path}-expected.json`, 'utf8')) as { expected: unknown[] }
  return lines.flatMap((text, at) => {
    const theirs = expected[at]
    return isObject(theirs) ? [{ text, theirs }] : []
  })
}
