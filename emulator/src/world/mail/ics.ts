import type { Item } from './item.ts'

/** The calendar part of a meeting notice (RFC 5545). */
export function icsOf({ meeting, subject, from, to, text, receivedAt }: Item): string {
  if (!meeting) return ''
  const { kind, uid, start, end, location } = meeting
  const answers = { request: 'NEEDS-ACTION', cancelled: 'NEEDS-ACTION' } as Record<string, string>
  const answer = answers[kind] ?? (kind === 'tentativelyAccepted' ? 'TENTATIVE' : kind.toUpperCase())
  const method = kind === 'request' ? 'REQUEST' : kind === 'cancelled' ? 'CANCEL' : 'REPLY'
  const [organizer, attendees] = method === 'REPLY' ? [to[0] ?? from, [from]] : [from, to]
  return [
    'BEGIN:VCALENDAR',
    `METHOD:${method}`,
    'PRODID:Microsoft Exchange Server 2010',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `ORGANIZER;CN="${organizer.name}":mailto:${organizer.address}`,
    ...attendees.map(({ name, address }) => `ATTENDEE;PARTSTAT=${answer};CN="${name}":mailto:${address}`),
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(end)}`,
    `DTSTAMP:${stamp(receivedAt)}`,
    `SUMMARY:${escaped(subject)}`,
    `LOCATION:${escaped(location)}`,
    `DESCRIPTION:${escaped(text)}`,
    `STATUS:${kind === 'cancelled' ? 'CANCELLED' : 'CONFIRMED'}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
}

const stamp = (milliseconds: number) => new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d+/g, '')

const escaped = (text: string) => text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r?\n/g, '\\n')
