import type { JsonObject } from '#normalize/json.ts'
import type { RecordSource } from '#normalize/normalizer.ts'
import { objectIn } from '#normalize/record.ts'
import type { Mentioned } from '#normalize/steps/related.ts'

/** A pushed record on its way through the steps. */
export interface PushedRecord extends RecordSource {
  readonly text: string
  mentioned: Mentioned
}

/** A record's text as an object: JSON, or a line of text as its `message`. */
export function parsePushed(text: string): unknown {
  try {
    return asMessage(JSON.parse(text))
  } catch (error) {
    // What begins as JSON is broken JSON, not a line of text; a time may stand in brackets.
    if (/^\s*(?:\{|\[\s*[{["])/.test(text)) throw error
    return { message: text }
  }
}

/** A line may be a bare number or a text in quotation marks. */
function asMessage(value: unknown): unknown {
  return typeof value === 'object' ? value : { message: String(value) }
}

export const openPushed = {
  name: 'record',
  run(value: unknown, text: string): PushedRecord | undefined {
    const raw: JsonObject | undefined = objectIn(value)
    return raw === undefined ? undefined : { raw, text, mentioned: {} }
  },
}
