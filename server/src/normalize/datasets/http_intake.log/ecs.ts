import { unwrapDeep } from '#normalize/record.ts'
import type { Step } from '#normalize/normalizer.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { PushedRecord } from './pushed.ts'

export const ecs: Step<PushedRecord> = {
  name: 'ecs',
  run({ raw }, event) {
    const log = unwrapDeep(raw)
    event.http_intake = { log }
    if (isObject(log)) event.message = textOf(log.message) ?? ''
  },
}
