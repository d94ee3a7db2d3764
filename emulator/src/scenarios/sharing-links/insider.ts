import { PARTNERS } from '#world/names.ts'
import { castOf } from '#scenarios/cast.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'

/** Who shares what with whom; all drawn from the seed. */
export interface Insider {
  person: Person
  ip: string
  sessionId: string
  /** The insider's own, outside: a guest of the tenant since the insider shared with it. */
  outside: { address: string; guestId: string; ip: string }
  /** Shared by links that open to everybody, and with the own address. */
  open: readonly SharedFile[]
  named: readonly SharedFile[]
  folder: string
  /** Milliseconds. */
  start: number
  /** Shares a drawing with a partner that the company works with; and a leaflet with everybody. */
  honest: { person: Person; address: string; ip: string; file: SharedFile; recruiter: Person; leaflet: SharedFile }
}

export interface SharedFile {
  name: string
  linkId: string
}

const MINUTE = 60_000

export const insiderOf = once((world): Insider => {
  const [person, colleague, recruiter] = castOf(world, 'sharing-links') as [Person, Person, Person]
  const r = random(world.seed, 'sharing-links')
  const file = (name: string): SharedFile => ({ name, linkId: r.guid() })
  const project = r.pick(['Pontoon', 'Breakwater', 'Mooring'])
  const partner = r.pick(PARTNERS)
  const own =
    `${person.givenName!.slice(0, 1)}.${person.surname!}${r.between(10, 99)}@postkantoor.example`.toLowerCase()
  return {
    person,
    ip: homeIp(world, person),
    sessionId: r.guid(),
    outside: { address: own, guestId: r.guid(), ip: `203.0.113.${r.between(240, 249)}` },
    open: ['Pricing model.xlsx', 'Customers and contacts.xlsx', 'Board presentation.pptx', 'Salaries.xlsx']
      .slice(0, r.between(3, 4))
      .map((name) => file(`${project} ${name}`)),
    named: ['Tender calculation.xlsx', 'Supplier terms.docx', 'Roadmap.pptx'].map((name) => file(`${project} ${name}`)),
    folder: `Documents/${project}`,
    start: Math.floor((world.epoch - r.between(9 * 60, 10 * 60) * MINUTE) / 1000) * 1000,
    honest: {
      person: colleague,
      address: `projects@${partner.domain}`,
      ip: `198.51.100.${r.between(241, 250)}`,
      file: file('Terminal drawing.pdf'),
      recruiter,
      leaflet: file('Working with us.pdf'),
    },
  }
})
