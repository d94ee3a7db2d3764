import type { JsonObject } from '#normalize/json.ts'
import type { RecordSource } from '#normalize/normalizer.ts'
import { objectIn } from '#normalize/record.ts'
import type { Mentioned } from '#normalize/steps/related.ts'

/** A pushed record on its way through the steps. */
export interface PushedRecord extends RecordSource {
  readonly text: string
  mentioned: Mentioned
}

/** A record's text as an object: JSON, or a line that is no JSON as its `message`. */
export function parsePushed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // What begins as JSON is broken JSON, not a line of text.
    if (/^\s*[[{"]/.test(text)) throw error
    return { message: text }
  }
}

export const openPushed = {
  name: 'record',
  run(value: unknown, text: string): PushedRecord | undefined {
    const raw: JsonObject | undefined = objectIn(value)
    return raw === undefined ? undefined : { raw, text, mentioned: {} }
  },
}
