import type { EcsEvent } from '#domain/event.ts'
import type { EventCategory, EventType } from '#normalize/ecs/categories.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { RecordSource } from '#normalize/normalizer.ts'
import type { Mentioned } from '#normalize/steps/related.ts'
import { parseUser } from '#normalize/steps/user.ts'

/** An object of the directory on its way through the steps. */
export interface EntityRecord extends RecordSource {
  readonly text: string
  /** In Graph's words. */
  readonly entity: JsonObject
  readonly mentioned: Required<Pick<Mentioned, 'users' | 'addresses' | 'hosts'>> & {
    users: (string | undefined)[]
    hosts: (string | undefined)[]
  }
}

/** What every kind says alike: that it was seen or is gone, and the whole object under its kind's name. */
export function present(
  { entity }: EntityRecord,
  event: EcsEvent,
  kind: string,
  meaning: [category: EventCategory, ...type: EventType[]],
): void {
  const [category, ...type] = meaning
  event.event.kind = 'asset'
  event.event.action = `${kind}-${isRemoved(entity) ? 'deleted' : 'discovered'}`
  event.event.provider = 'Microsoft Entra ID'
  setMeaning(event, { category: [category], type })
  event.entityanalytics_entra_id = { [kind]: entity }
}

/** Delta queries say so of what was deleted. */
export function isRemoved(entity: JsonObject): boolean {
  return isObject(entity['@removed']) || textOf(entity.deletedDateTime) !== undefined
}

/** The people in a list of objects, by address, display name and id. */
export function peopleIn(list: unknown): (string | undefined)[] {
  return objectsOf(list).flatMap(({ id, userPrincipalName, mail, displayName }) => [
    parseUser(userPrincipalName)?.email,
    parseUser(mail)?.email,
    textOf(displayName),
    parseUser(id)?.id,
  ])
}

/** " (disabled)", " (guest, disabled)": what stands behind the name in a sentence; nothing where there is nothing to say. */
export function remarks(...words: (string | false | undefined)[]): string {
  const said = words.filter((word) => typeof word === 'string' && word !== '')
  return said.length === 0 ? '' : ` (${said.join(', ')})`
}
