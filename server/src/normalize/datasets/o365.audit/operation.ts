import type { EventCategory, EventType, Meaning } from '#normalize/ecs/categories.ts'

/** What Microsoft's name of an operation says: `TeamSettingChanged`, `New-ComplianceSearch`, `SearchExportDownloaded`. */

/** What the operation does to its object; "info" where the name tells nothing. */
export function changeOf(operation: string): EventType {
  if (/Delet|Remov|Uninstall|Purg|Hard|Recycl|Discard/i.test(operation)) return 'deletion'
  if (
    /Creat|^Add|Added|^New-|Import|Upload|Install|Invit|Copied|Duplicat|Provision|Submitted|Register/i.test(operation)
  ) {
    return 'creation'
  }
  if (
    /View|^Get|Read|Export|Download|Search|Access|Preview|List|Print|Open|Quer|Generate|Fetch|Retriev|Browse/i.test(
      operation,
    )
  ) {
    return 'access'
  }
  return /Updat|Edit|Set|Chang|Enabl|Disabl|Renam|Mov|Assign|Transfer|Restor|Publish|Shar|Modif|Grant|Revok|Appl|Approv|Reject|Put|Patch|Start|Stop|Reset|Lock|Join|Left|Block|Allow/i.test(
    operation,
  )
    ? 'change'
    : 'info'
}

/** Categories that take part in what they are asked to, and the one that stands in where ECS does not allow their type. */
const STAND_IN = {
  file: 'info',
  configuration: 'info',
  iam: 'info',
  web: 'info',
  database: 'info',
  email: 'info',
} as const
const ALLOWS: Readonly<Record<keyof typeof STAND_IN, ReadonlySet<EventType>>> = {
  file: new Set(['access', 'change', 'creation', 'deletion']),
  configuration: new Set(['access', 'change', 'creation', 'deletion']),
  iam: new Set(['change', 'creation', 'deletion']),
  database: new Set(['access', 'change']),
  web: new Set(['access']),
  email: new Set(),
}

/** The meaning of doing `type` to something of a category: "info" where ECS has no word for it there. */
export function doing(category: keyof typeof STAND_IN, type: EventType): Meaning {
  return { category: [category as EventCategory], type: [ALLOWS[category].has(type) ? type : 'info'] }
}

/** Using something: looking at it, or taking part in it. Changes of settings are configuration, of members and roles iam. */
export function meaningOfUse(operation: string): Meaning {
  const change = changeOf(operation)
  if (
    /Member|Role|Permission|Owner|Admin|Consent|Guest|Delegat|Collaborator|Access(?:Grant|Revok|Request)|Licen[sc]e/i.test(
      operation,
    )
  ) {
    return doing('iam', /Member|Permission|Owner/i.test(operation) && change !== 'access' ? 'change' : change)
  }
  if (change === 'access' || change === 'info') return doing('web', change)
  return doing('configuration', change)
}

/** `TeamSettingChanged` as "team setting changed"; names that are no single word of letters stay as they are. */
export function wordsOf(operation: string): string {
  if (!/^[A-Z][A-Za-z]*$/.test(operation) || operation.length > 80) return operation
  return operation
    .replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .replaceAll(/[A-Z][a-z]+/g, (word) => word.toLowerCase())
}
