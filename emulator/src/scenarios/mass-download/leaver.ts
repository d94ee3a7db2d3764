import { castOf } from '#scenarios/cast.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { random } from '#world/random.ts'
import { once } from '#scenarios/once.ts'
import type { Person } from '#world/directory.ts'

/** Who leaves, what is taken, and who copies files for honest reasons on the same day. */
export interface Leaver {
  person: Person
  manager: Person
  /** At home: not the office, and not on the usual network. */
  ip: string
  sessionId: string
  personalAddress: string
  site: string
  folder: string
  files: readonly DownloadedFile[]
  /** When the evening begins: milliseconds. */
  start: number
  /** Got a new computer: OneDrive brings the files to it. */
  mover: { person: Person; ip: string; files: readonly DownloadedFile[]; at: number }
  /** Copies invoices every night. */
  backup: { appId: string; servicePrincipalId: string; name: string; files: readonly DownloadedFile[]; at: number }
}

export interface DownloadedFile {
  name: string
  size: number
}

const HOUR = 3_600_000

export const leaverOf = once((world): Leaver => {
  const [person, mover] = castOf(world, 'mass-download') as [Person, Person]
  const r = random(world.seed, 'mass-download')
  const start = Math.floor((world.epoch - r.between(9 * 60, 11 * 60) * 60_000) / 1000) * 1000
  const files = (count: number, ...names: readonly string[]): DownloadedFile[] =>
    Array.from({ length: count }, (_, i) => ({
      name: `${r.pick(names)} ${String(i + 1).padStart(3, '0')}.${r.pick(['docx', 'xlsx', 'pdf', 'pptx', 'dwg'])}`,
      size: r.between(20_000, 9_000_000),
    }))
  // The same program as in everyday sign-ins of applications.
  const own = random(world.seed, 'program', 'Invoice archive')
  return {
    person,
    manager: world.directory.at(person.manager!),
    ip: `203.0.113.${r.between(230, 239)}`,
    sessionId: r.guid(),
    personalAddress: `${person.givenName!}.${person.surname!}@postkantoor.example`.toLowerCase(),
    site: `${person.department!.toLowerCase()}-library`,
    folder: 'Shared Documents/Customers and prices',
    files: files(r.between(140, 190), 'Price list', 'Customer contract', 'Margin model', 'Tender', 'Drawing'),
    start,
    mover: {
      person: mover,
      ip: homeIp(world, mover),
      files: files(120, 'Minutes', 'Plan', 'Notes', 'Report'),
      at: start - 3 * HOUR,
    },
    backup: {
      appId: own.guid(),
      servicePrincipalId: own.guid(),
      name: 'Invoice archive',
      files: files(150, 'Invoice'),
      at: start - 5 * HOUR,
    },
  }
})
