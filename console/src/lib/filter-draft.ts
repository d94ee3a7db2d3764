import type { MailField, MailFilter, MailGroup } from '@cordon/api'

/** A filter while it is being written. Ids keep a row what it is while others come and go around it. */
export interface DraftCondition {
  id: number
  field: MailField
  value: string
  not: boolean
}

export interface DraftGroup {
  id: number
  logic: MailGroup['logic']
  conditions: DraftPart[]
}

export type DraftPart = DraftCondition | DraftGroup

/** The server takes no deeper ones. */
export const DEEPEST_GROUP = 5

let lastId = 0
const nextId = () => (lastId += 1)

export const isGroup = (part: DraftPart): part is DraftGroup => 'conditions' in part

export function newCondition(field: MailField = 'from'): DraftCondition {
  return { id: nextId(), field, value: '', not: false }
}

export function newGroup(): DraftGroup {
  return { id: nextId(), logic: 'or', conditions: [newCondition(), newCondition()] }
}

export function draftGroup({ logic, conditions }: MailGroup): DraftGroup {
  return {
    id: nextId(),
    logic,
    conditions: conditions.map((each) =>
      'conditions' in each
        ? draftGroup(each)
        : { id: nextId(), field: each.field, value: each.value, not: each.not === true },
    ),
  }
}

/** The draft with the part of this id changed, or removed where `change` gives undefined; a group left empty goes too. */
export function changePart(
  group: DraftGroup,
  id: number,
  change: (part: DraftPart) => DraftPart | undefined,
): DraftGroup {
  const conditions = group.conditions.flatMap((part): DraftPart[] => {
    if (part.id === id) return [change(part) ?? []].flat()
    if (!isGroup(part)) return [part]
    const inner = changePart(part, id, change)
    return inner.conditions.length > 0 ? [inner] : []
  })
  return { ...group, conditions }
}

/** Whether a part says anything; what does not is not sent. */
const isSent = (part: DraftPart): boolean => (isGroup(part) ? part.conditions.some(isSent) : part.value.trim() !== '')

/** As the server takes it: without what is blank, trimmed. */
export function groupOf({ logic, conditions }: DraftGroup): MailGroup {
  return {
    logic,
    conditions: conditions
      .filter(isSent)
      .map((part) =>
        isGroup(part)
          ? groupOf(part)
          : { field: part.field, value: part.value.trim(), ...(part.not && { not: true as const }) },
      ),
  }
}

/** The id of the part that the server calls `where.conditions[2].conditions[0]`: it counts what was sent. */
export function partAt(group: DraftGroup, path: string): number | undefined {
  const steps = [...path.matchAll(/\d+/g)].map(([digits]) => Number(digits))
  let part: DraftPart | undefined = group
  for (const step of steps) part = part && isGroup(part) ? part.conditions.filter(isSent)[step] : undefined
  return part?.id
}

/** Whether a message must have something in particular to be a hit; the server refuses what does not. */
export function narrows({ logic, conditions }: MailGroup): boolean {
  const each = (one: MailGroup['conditions'][number]) => ('conditions' in one ? narrows(one) : !one.not)
  return conditions.length > 0 && (logic === 'and' ? conditions.some(each) : conditions.every(each))
}

/** The value of the first condition of a filter. */
export function firstValue({ where }: MailFilter): string | undefined {
  const [first] = where.conditions
  if (first === undefined) return undefined
  return 'conditions' in first ? firstValue({ where: first }) : first.value
}
