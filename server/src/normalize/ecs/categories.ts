import type { EcsEvent } from '#domain/event.ts'

/**
 * Which `event.type` each `event.category` allows. Elastic Common Schema 9.1, "Event categorization fields"
 * (https://www.elastic.co/docs/reference/ecs/ecs-allowed-values-event-category), Apache-2.0; own rendering of the table.
 */
const ALLOWED_TYPES = {
  api: [
    'access',
    'admin',
    'allowed',
    'change',
    'creation',
    'deletion',
    'denied',
    'end',
    'error',
    'info',
    'start',
    'user',
  ],
  authentication: ['end', 'info', 'start'],
  configuration: ['access', 'change', 'creation', 'deletion', 'info'],
  database: ['access', 'change', 'error', 'info'],
  driver: ['change', 'end', 'info', 'start'],
  email: ['info'],
  file: ['access', 'change', 'creation', 'deletion', 'info'],
  host: ['access', 'change', 'end', 'info', 'start'],
  iam: ['admin', 'change', 'creation', 'deletion', 'group', 'info', 'user'],
  intrusion_detection: ['allowed', 'denied', 'info'],
  library: ['start'],
  malware: ['info'],
  network: ['access', 'allowed', 'connection', 'denied', 'end', 'info', 'protocol', 'start'],
  package: ['access', 'change', 'deletion', 'info', 'installation', 'start'],
  process: ['access', 'change', 'end', 'info', 'start'],
  registry: ['access', 'change', 'creation', 'deletion'],
  session: ['end', 'info', 'start'],
  threat: ['indicator'],
  vulnerability: ['info'],
  web: ['access', 'error', 'info'],
} as const satisfies Record<string, readonly string[]>

export type EventCategory = keyof typeof ALLOWED_TYPES
export type EventType = (typeof ALLOWED_TYPES)[EventCategory][number]

/** What kind of thing happened, in ECS words: every type is allowed with one of the categories, and the reverse. */
export interface Meaning {
  category: EventCategory[]
  type: EventType[]
}

/** True where every type is allowed by a category, and every category allows a type. */
export function isAllowedMeaning({
  category,
  type,
}: {
  category: readonly string[]
  type: readonly string[]
}): boolean {
  const allows = (name: string, word: string) => {
    const types: readonly string[] | undefined = ALLOWED_TYPES[name as EventCategory]
    return types !== undefined && types.includes(word)
  }
  return (
    type.every((word) => category.some((name) => allows(name, word))) &&
    category.every((name) => type.some((word) => allows(name, word)))
  )
}

/** Writes what kind of thing happened. The lists are shared by all events of an operation. */
export function setMeaning(event: EcsEvent, meaning: Meaning): void {
  event.event.category = meaning.category
  event.event.type = meaning.type
}
