import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { TIME_FIELDS } from './moment.ts'
import type { PushedRecord } from './pushed.ts'

/** What the program says itself, else the first of its fields, so that a list of events tells them apart. */
export const sentence: Step<PushedRecord> = {
  name: 'sentence',
  run({ raw }, event) {
    event.message = textOf(event.message) ?? said(raw) ?? outline(raw)
  },
}

const FIELDS = ['msg', 'summary', 'description', 'title', 'text', 'log', 'event']

function said(record: JsonObject): string | undefined {
  return FIELDS.map((field) => textOf(record[field])).find((text) => text !== undefined)
}

/** `host: web-1, status: 503, took: 12` */
function outline(record: JsonObject): string {
  const pairs = Object.entries(record).flatMap(([name, value]) => {
    const text = textOf(typeof value === 'boolean' ? String(value) : value)
    return text === undefined || TIME_FIELDS.includes(name) || /^[[{]/.test(text) ? [] : [`${name}: ${text}`]
  })
  const outlined = pairs.join(', ')
  if (outlined === '') return `A record of ${Object.keys(record).join(', ').slice(0, LONGEST)}.`
  return outlined.length > LONGEST ? `${outlined.slice(0, LONGEST)}…` : outlined
}

const LONGEST = 200
