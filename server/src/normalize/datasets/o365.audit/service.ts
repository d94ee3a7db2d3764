import { defineApplication } from './application.ts'
import { publishedRecordTypes } from './record-types.ts'

/** Every other type that Microsoft publishes: services of which the operation's name alone says what happened. */
export function serviceOf(taken: ReadonlySet<number>) {
  return defineApplication({
    name: 'service',
    recordTypes: publishedRecordTypes().filter((type) => !taken.has(type)),
    objects: ['DisplayName', 'Title', 'PolicyName', 'FileName'],
    people: ['TargetUser', 'UserUPN', 'RecipientEmail'],
  })
}
