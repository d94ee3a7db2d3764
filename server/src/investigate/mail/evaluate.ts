import type { GraphMessage, MoreMessageFields } from '#connect/apis/graph/mail.ts'
import {
  conditionsOf,
  isGroup,
  type MailCondition,
  type MailField,
  type MailFilter,
  type MailGroup,
} from '#domain/mail-filter.ts'

import { compileCondition, wordsOf } from './conditions.ts'
import type { KnownMail } from './known-mail.ts'

export type { KnownMail } from './known-mail.ts'

/** `because`: the conditions that made it a hit, in the filter's words. `unknown`: the message's MIME must be read. */
export type Evaluation = { is: 'hit'; because: string[] } | { is: 'no' } | { is: 'unknown' }

/**
 * Whether a message is a hit. What counts is decided here, on every candidate, and nowhere else: Microsoft's own filter
 * (query.ts) only spares reading messages that cannot be hits.
 *
 * Three-valued, so that the envelope alone, which costs a thousandth of a message, decides wherever it can. With `mail` it
 * is never unknown, and what the envelope alone decided stays.
 */
export function evaluate(filter: MailFilter, message: KnownMail): Evaluation {
  return receivedWithin(filter, message.envelope) ? compiled(filter)(message) : NO
}

/** Fields of the envelope that decide more of this filter and are not read unless named. */
export function envelopeFields(filter: MailFilter): MoreMessageFields {
  return [...new Set([...conditionsOf(filter.where)].flatMap(({ field }) => MORE_FIELDS[field] ?? []))]
}

const MORE_FIELDS: Partial<Record<MailField, MoreMessageFields[number]>> = {
  to: 'toRecipients',
  cc: 'ccRecipients',
  bcc: 'bccRecipients',
  'sender-ip': 'internetMessageHeaders',
  'network-message-id': 'internetMessageHeaders',
}

const NO: Evaluation = { is: 'no' }
const UNKNOWN: Evaluation = { is: 'unknown' }

type Look = (message: KnownMail) => Evaluation

function compiled(filter: MailFilter): Look {
  const known = COMPILED.get(filter)
  if (known) return known
  const look = compileGroup(filter.where)
  COMPILED.set(filter, look)
  return look
}

/** A scan asks the same filter of every message. */
const COMPILED = new WeakMap<MailFilter, Look>()

function compileGroup({ logic, conditions }: MailGroup): Look {
  const looks = conditions.map((each) => (isGroup(each) ? compileGroup(each) : compileLeaf(each)))
  return logic === 'and' ? every(looks) : some(looks)
}

function compileLeaf(condition: MailCondition): Look {
  const { test, value } = compileCondition(condition)
  const hit: Evaluation = { is: 'hit', because: [wordsOf({ ...condition, value })] }
  return (message) => {
    const holds = test(message)
    return holds === undefined ? UNKNOWN : holds ? hit : NO
  }
}

function every(looks: readonly Look[]): Look {
  return (message) => {
    const because: string[] = []
    let unknown = false
    for (const look of looks) {
      const found = look(message)
      if (found.is === 'no') return NO
      if (found.is === 'hit') because.push(...found.because)
      else unknown = true
    }
    return unknown ? UNKNOWN : { is: 'hit', because }
  }
}

function some(looks: readonly Look[]): Look {
  return (message) => {
    const because: string[] = []
    let unknown = false
    for (const look of looks) {
      const found = look(message)
      if (found.is === 'hit') because.push(...found.because)
      else if (found.is === 'unknown') unknown = true
    }
    return because.length > 0 ? { is: 'hit', because } : unknown ? UNKNOWN : NO
  }
}

function receivedWithin(filter: MailFilter, { receivedDateTime }: GraphMessage): boolean {
  if (filter.receivedFrom === undefined && filter.receivedTo === undefined) return true
  if (!receivedDateTime) return false
  const time = Date.parse(receivedDateTime)
  return (
    (filter.receivedFrom === undefined || time >= Date.parse(filter.receivedFrom)) &&
    // Microsoft counts in whole seconds: 23:59:59 is what it calls a message of 23:59:59.7.
    (filter.receivedTo === undefined || time <= Date.parse(filter.receivedTo))
  )
}
