import { homeIp } from '#world/audit/records/record.ts'
import { none } from '#world/objects.ts'
import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { Person } from '#world/directory.ts'
import type { Surface } from '#world/surface.ts'
import type { World } from '#world/world.ts'

/** Alerts of Defender for Cloud Apps, before anybody has looked at them. */
export interface CloudAppAlert {
  /** 24 hexadecimal digits. */
  id: string
  at: number
  title: string
  description: string
  /** Kind of policy: `ANOMALY_DETECTION`, `AUDIT`, … */
  policyType: string
  severity: Severity
  /** What it threatens: 0 threat detection, 3 DLP, 5 sharing, … */
  stories: readonly number[]
  /** Position in the directory; null where nobody in particular is concerned. */
  person: number | null
  ip: string | null
  service: Service
  threatScore: number
}

export type Severity = 'low' | 'medium' | 'high' | 'informational'

/** Applications by the numbers that Defender for Cloud Apps knows them by. */
export const SERVICES = {
  exchange: { id: 20_893, label: 'Microsoft Exchange Online' },
  sharepoint: { id: 20_892, label: 'Microsoft SharePoint Online' },
  onedrive: { id: 15_600, label: 'Microsoft OneDrive for Business' },
  entra: { id: 11_161, label: 'Office 365' },
  teams: { id: 28_375, label: 'Microsoft Teams' },
} as const

export type Service = keyof typeof SERVICES

export const cloudAppAlerts: Surface<CloudAppAlert> = { name: 'cloudApps.alert', everyday }

/** What has been done with an alert. */
export interface Handling {
  read: boolean
  /** As the API numbers it: 0 open, 1 dismissed, 2 resolved, 3 false positive, 4 benign, 5 true positive. */
  resolution: number
  comment: string | null
  resolvedAt: number | null
}

/** By id of the alert; none for one that nobody has touched. */
export const handlings: Kind<Handling> = { name: 'cloudApps.handling', born: none }

export const ATTENTION: Handling = { read: false, resolution: 0, comment: null, resolvedAt: null }

const DAY = 86_400_000
/** An alert appears some minutes after what it is about. */
const DELAY = [4 * 60_000, 25 * 60_000] as const

const USUAL = [
  {
    title: 'Impossible travel activity',
    policyType: 'ANOMALY_DETECTION',
    severity: 'medium',
    service: 'entra',
    stories: [0],
    say: (name: string) => `${name} was active from two countries within a time in which nobody travels that far.`,
  },
  {
    title: 'Activity from infrequent country',
    policyType: 'ANOMALY_DETECTION',
    severity: 'low',
    service: 'exchange',
    stories: [0],
    say: (name: string) => `${name} was active from a country that nobody in the organization was active from lately.`,
  },
  {
    title: 'Unusual file share activity (by user)',
    policyType: 'ANOMALY_DETECTION',
    severity: 'low',
    service: 'onedrive',
    stories: [5],
    say: (name: string) => `${name} shared more files than usual.`,
  },
  {
    title: 'Multiple failed user log on attempts to an app',
    policyType: 'AUDIT',
    severity: 'informational',
    service: 'entra',
    stories: [0],
    say: (name: string) => `${name} failed to log on several times.`,
  },
] as const satisfies readonly (Pick<CloudAppAlert, 'title' | 'policyType' | 'severity' | 'service' | 'stories'> & {
  say: (name: string) => string
})[]

/** One or two a day, and none of them an attack. */
function* everyday(world: World, from: number, to: number) {
  for (let day = Math.floor(from / DAY); day * DAY < to; day++) {
    const count = random(world.seed, 'cloud app alerts', day).between(1, 2)
    const found = Array.from({ length: count }, (_, i) => everydayAlert(world, day, i)).sort((a, b) => a.at - b.at)
    for (const record of found) {
      const { id, at } = record
      const delay = random(world.seed, 'cloud app alert delay', id).between(...DELAY)
      if (at >= from && at < to) yield { id, at, publishedAt: at + delay, record }
    }
  }
}

function everydayAlert(world: World, day: number, i: number): CloudAppAlert {
  const r = random(world.seed, 'cloud app alert', day, i)
  const person: Person = world.directory.at(r.between(0, world.directory.users - 1))
  const { say, ...usual } = r.pick(USUAL)
  return {
    ...usual,
    id: r.hex(24),
    at: day * DAY + r.between(6 * 3_600_000, 20 * 3_600_000),
    description: say(person.displayName),
    person: person.index,
    ip: homeIp(world, person),
    threatScore: r.between(10, 40),
  }
}
