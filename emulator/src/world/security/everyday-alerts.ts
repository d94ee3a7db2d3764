import { correspondence } from '#world/mail/correspondence.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { machineOf } from '#world/defender/machines.ts'
import { random } from '#world/random.ts'
import { riskDetections } from '#world/entra/risk.ts'
import type { LiveActivity } from '#world/audit/schedule.ts'
import type { Person } from '#world/directory.ts'
import type { Random } from '#world/random.ts'
import type { Trace } from '#world/surface.ts'
import type { World } from '#world/world.ts'

import { PRODUCTS, alertTrace } from './alert.ts'
import { analyzedMessageEvidence, cloudApplicationEvidence, deviceEvidence, fileEvidence } from './evidence.ts'
import { ipEvidence, mailboxEvidence, submissionMailEvidence, userEvidence } from './evidence.ts'
import type { Alert } from './alert.ts'

/**
 * Alerts of a company in which nothing is wrong: colleagues who report honest mail, travelers, a toolbar that the virus
 * scanner does not like. Some a day; most are settled by the service itself.
 */

const DAY = 86_400_000
/** How long before the epoch the first one was raised. */
const HISTORY = 30 * DAY

export function* everydayAlerts(
  world: World,
  from: number,
  to: number,
  live: LiveActivity = 'normal',
): Generator<Trace<Alert>> {
  const first = Math.max(from, world.epoch - HISTORY)
  const last = live === 'off' ? Math.min(to, world.epoch) : to
  // What is found late in a day is raised on the next.
  for (let day = Math.floor(first / DAY) - 1; day * DAY < last; day++)
    for (const trace of alertsOfDay(world, day)) if (trace.at >= first && trace.at < last) yield trace
}

/** Made once: a day is asked for again and again. */
const days = new WeakMap<World, Map<number, readonly Trace<Alert>[]>>()

function alertsOfDay(world: World, day: number): readonly Trace<Alert>[] {
  if (!days.has(world)) days.set(world, new Map())
  const made = days.get(world)!
  if (!made.has(day)) made.set(day, makeDay(world, day))
  return made.get(day)!
}

function makeDay(world: World, day: number): Trace<Alert>[] {
  const r = random(world.seed, 'alerts', day)
  const isWeekend = [0, 6].includes(new Date(day * DAY).getUTCDay())
  const most = Math.min(20, 3 + Math.floor(world.directory.users / 2000))
  const count = isWeekend ? r.between(0, 1) : r.between(1, most)
  const ordinary = Array.from({ length: count }, (_, i) => {
    const at = day * DAY + r.between(6 * 3600, 19 * 3600) * 1000 + r.between(0, 999)
    const person = world.directory.at(r.between(0, world.directory.users - 1))
    return r.pick(KINDS)(world, person, at, `everyday.${day}.${i}`, r)
  })
  return [...ordinary, ...riskyTravel(world, day)].sort((a, b) => a.at - b.at)
}

type Make = (world: World, person: Person, at: number, key: string, r: Random) => Trace<Alert>

/** A colleague takes a partner's mail for phishing. */
const reportedMail: Make = (world, person, at, key, r) => {
  const mail = correspondence(world, person).filter((item) => item.senderIp !== null && item.receivedAt < at)
  const item = mail.toSorted((a, b) => b.receivedAt - a.receivedAt)[0]
  if (!item) return toolbar(world, person, at, key, r)
  const settledAt = at + r.between(20, 180) * 60_000
  return alertTrace(world, {
    key,
    at,
    title: 'Email reported by user as malware or phish',
    description: 'This alert is triggered when any email message is reported as malware or phish by users.',
    severity: 'low',
    mitreTechniques: ['T1566.002'],
    product: PRODUCTS.office365,
    alertPolicyId: 'b26a5770-0c38-434a-9380-3a3c2c27bbb3',
    firstActivityAt: at - 120_000,
    lastActivityAt: at - 120_000,
    investigationState: 'running',
    evidence: [
      analyzedMessageEvidence(item, person.userPrincipalName),
      mailboxEvidence(person),
      submissionMailEvidence(item, { id: r.guid(), at: at - 120_000, by: person, type: 'Phish' }),
    ],
    updates: [
      {
        at: settledAt,
        set: {
          status: 'resolved',
          classification: 'falsePositive',
          determination: 'notMalicious',
          investigationState: 'benign',
        },
      },
    ],
  })
}

/** Home in the morning, a partner's network by noon. */
const impossibleTravel: Make = (world, person, at, key, r) => {
  const [home, away] = [homeIp(world, person), `198.51.100.${r.between(200, 250)}`]
  return alertTrace(world, {
    key,
    at,
    title: 'Impossible travel activity',
    description: `The user ${person.displayName} (${person.userPrincipalName}) was active from two places that are too far apart for the time between.`,
    severity: 'medium',
    mitreTechniques: ['T1078'],
    product: PRODUCTS.cloudApps,
    firstActivityAt: at - r.between(30, 240) * 60_000,
    lastActivityAt: at - r.between(5, 20) * 60_000,
    evidence: [
      userEvidence(person, { remediationStatus: 'active' }),
      ipEvidence(home, person.office.country),
      ipEvidence(away, r.pick(['BE', 'SG', 'LV']), { verdict: 'suspicious' }),
      cloudApplicationEvidence({ appId: 11_161, name: 'Microsoft 365' }),
    ],
  })
}

/** Unwanted, and harmless: a toolbar in a download folder. */
const toolbar: Make = (world, person, at, key, r) => {
  const machine = machineOf(world, person)!
  const file = {
    name: 'PdfToolbarSetup.exe',
    path: `C:\\Users\\${person.givenName}\\Downloads`,
    size: r.between(400_000, 2_000_000),
    sha1: r.hex(40),
    sha256: r.hex(64),
  }
  return alertTrace(world, {
    key,
    at,
    title: "'PdfToolbar' unwanted software was prevented",
    description: 'Unwanted software was found and kept from running.',
    severity: 'informational',
    category: 'UnwantedSoftware',
    product: PRODUCTS.antivirus,
    threatDisplayName: 'PUA:Win32/PdfToolbar',
    threatFamilyName: 'PdfToolbar',
    investigationState: 'unsupportedAlertType',
    evidence: [
      deviceEvidence(world, machine),
      fileEvidence(file, machine, { verdict: 'suspicious', remediationStatus: 'prevented' }, 'prevented'),
      userEvidence(person),
    ],
    updates: [{ at: at + r.between(5, 40) * 60_000, set: { status: 'resolved' } }],
  })
}

const KINDS: readonly Make[] = [reportedMail, reportedMail, impossibleTravel, toolbar]

/** What Identity Protection found suspicious that day is an alert as well. */
function riskyTravel(world: World, day: number): Trace<Alert>[] {
  return [...riskDetections.everyday(world, day * DAY, (day + 1) * DAY, 'normal')].flatMap(
    ({ id, at, publishedAt, record }) => {
      const person = world.directory.find(record.userId)
      if (!person) return []
      return alertTrace(world, {
        key: `risk.${id}`,
        at: publishedAt,
        title: TITLES[record.riskEventType] ?? 'Anonymous IP address',
        description: 'A sign-in was not like the earlier ones of this user.',
        severity: 'low',
        mitreTechniques: ['T1078.004'],
        product: PRODUCTS.identityProtection,
        firstActivityAt: at,
        lastActivityAt: at,
        evidence: [
          userEvidence(person, { remediationStatus: 'active' }),
          ipEvidence(String(record['ipAddress']), null, { verdict: 'suspicious' }),
        ],
      })
    },
  )
}

const TITLES: Record<string, string> = {
  unfamiliarFeatures: 'Unfamiliar sign-in properties',
  unlikelyTravel: 'Atypical travel',
  newCountry: 'Activity from infrequent country',
}
