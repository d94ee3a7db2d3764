import type { Meaning } from '#normalize/ecs/categories.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { quote, tell } from '#normalize/sentence.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import { urlOf } from '#normalize/steps/url.ts'
import { meaningOfUse, wordsOf } from './operation.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'

export interface Application {
  /** Of the step. */
  name: string
  /** For people: "Power BI". The record's workload unless told. */
  place?: string
  recordTypes: readonly number[]
  workloads?: readonly string[]
  /** Fields that name what the operation is about, the best first. */
  objects?: readonly string[]
  /** Fields that name people beside the one who did it: the first that names one is whom it was done to. */
  people?: readonly string[]
  /** What an operation means, where it is not just using the application. */
  meaning?: (operation: string) => Meaning
}

/**
 * Records of an application of which Microsoft publishes only how they begin: who used it, what the operation is called, and a
 * field or two that name what it was about.
 */
export function defineApplication(application: Application): Subject {
  const { name, place, recordTypes, workloads = [], objects = [], people = [], meaning = meaningOfUse } = application
  const meaningOf = byOperation(meaning)
  const objectFields = [...objects, 'ObjectName', 'Name', 'ItemName', 'ObjectId']

  return {
    name,
    recordTypes,
    workloads,
    run(record, event) {
      const { audit, actor, operation, mentioned } = record
      setMeaning(event, meaningOf(operation))
      setOutcome(record, event)
      const others = people.flatMap((field) => peopleIn(audit[field]))
      mentioned.users.push(...others.map(({ email, id }) => email ?? id))
      if (others[0] !== undefined) {
        record.target = others[0]
        event.user = { ...actor, target: others[0] }
      }
      const object = objectFields.map((field) => textOf(audit[field])).find((text) => text !== undefined)
      const url = urlIn(audit)
      if (url !== undefined) event.url = urlOf(url)
      const on = object === undefined || object === operation ? '' : ` on ${quote(object)}`
      const whom = others[0] === undefined ? '' : ` for ${nameOf(others[0])}`
      const where = place ?? event.event.provider ?? 'Microsoft 365'
      tell(
        event,
        `${nameOf(actor) ?? 'Someone'} performed "${wordsOf(operation) || 'an unnamed operation'}"${on}${whom} in ${where}`,
      )
    },
  }
}

/** Somebody, several between separators, or in a list. */
function peopleIn(value: unknown) {
  return [value]
    .flat()
    .flatMap((one) => textOf(one)?.split(/[;,]\s*/) ?? [])
    .flatMap((text) => {
      const user = text.includes('@') ? parseUser(text) : undefined
      return user ?? []
    })
}

const URLS = ['ObjectId', 'ItemUrl', 'Url', 'URL', 'InstanceUrl', 'SiteUrl']

function urlIn(audit: JsonObject): string | undefined {
  return URLS.map((field) => textOf(audit[field])).find((text) => text !== undefined && /^https?:\/\//i.test(text))
}
