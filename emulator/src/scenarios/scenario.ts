import type { Left } from '#world/surface.ts'
import type { MailSource } from '#world/mail/mailbox.ts'
import type { Planted } from '#world/objects.ts'
import type { Publication } from '#world/audit/records/record.ts'
import type { World } from '#world/world.ts'

/** An attack on the tenant: steps on its clock, and the truth about it. A pure function of the world. */
export interface Scenario {
  id: string
  title: string
  /** ATT&CK technique ids. */
  attack: readonly string[]
  /** Titles of Cordon's rules that see it, each at least once, and no others do. A detection of Microsoft's is none of them. */
  rules: readonly string[]
  /** What happened, in order: each step leaves its records on every surface where the real service would. */
  steps: (world: World) => Step[]
  /** Mail that it and its honest look-alikes put into a mailbox: often none. */
  mail: MailSource
  /** What a responder should find out. */
  truth: (world: World) => object
}

/** One thing that somebody did. */
export interface Step {
  /** Milliseconds of tenant time. */
  at: number
  /** In words: `A rule forwards invoices to the outside`. */
  what: string
  /** ATT&CK technique id; left out for an honest step. */
  attack?: string
  /** Records of the unified audit log. */
  audit?: readonly Publication[]
  /** Records on other surfaces, made with `leave(surface, …)`. */
  traces?: readonly Left[]
  /** State that is really there afterwards (a rule, a consent), made with `plant(kind, …)`. */
  objects?: readonly Planted[]
}

/** The steps as they are told: when, what, and the id of each record by the surface that it can be read from. */
export const tell = (steps: readonly Step[]): object[] =>
  steps.map(({ at, what, attack, audit = [], traces = [], objects = [] }) => ({
    at: new Date(at).toISOString(),
    what,
    ...(attack ? { attack } : {}),
    records: [
      ...audit.map(({ contentType, record }) => ({ surface: contentType, id: record.Id })),
      ...traces.map(({ surface, id }) => ({ surface, id })),
    ],
    objects: objects.map(({ kind, id }) => ({ kind, id })),
  }))
