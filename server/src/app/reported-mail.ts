import { type EcsEvent, fieldAt } from '#domain/event.ts'

/** The mail that an event is about, as far as it says. */
export interface MailNamed {
  sender?: string
  subject?: string
  /** With its angle brackets. */
  internetMessageId?: string
  /** Exchange Online's own id of the message. */
  networkMessageId?: string
}

/** The mail in an event's `email.*` fields; empty when the event names none. */
export function mailOf(event: EcsEvent): MailNamed {
  const sender = textAt(event, 'email.from.address')
  const subject = textAt(event, 'email.subject')
  const internetMessageId = textAt(event, 'email.message_id')
  const networkMessageId = textAt(event, 'o365.audit.NetworkMessageId')
  return {
    ...(sender !== undefined && { sender }),
    ...(subject !== undefined && { subject }),
    ...(internetMessageId !== undefined && { internetMessageId }),
    ...(networkMessageId !== undefined && { networkMessageId }),
  }
}

/** A field's text; the first where it has several; undefined where it has none. */
export function textAt(event: EcsEvent, path: string): string | undefined {
  const value = fieldAt(event, path)
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' && first !== '' ? first : undefined
}
