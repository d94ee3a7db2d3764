import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'
import type { ZonedTime } from '#world/changes.ts'

/** What people set for their own mailbox: language, hours, automatic replies. Names and values are the Graph's. */
export interface MailboxSettings {
  timeZone: string
  dateFormat: string
  timeFormat: string
  language: { locale: string; displayName: string }
  workingHours: {
    daysOfWeek: readonly string[]
    startTime: string
    endTime: string
    timeZone: { name: string }
  }
  automaticRepliesSetting: AutomaticReplies
  delegateMeetingMessageDeliveryOptions: (typeof DELEGATE_OPTIONS)[number]
}

export interface AutomaticReplies {
  status: (typeof REPLY_STATUS)[number]
  externalAudience: (typeof REPLY_AUDIENCE)[number]
  scheduledStartDateTime: ZonedTime
  scheduledEndDateTime: ZonedTime
  internalReplyMessage: string
  externalReplyMessage: string
}

export const REPLY_STATUS = ['disabled', 'alwaysEnabled', 'scheduled'] as const
export const REPLY_AUDIENCE = ['none', 'contactsOnly', 'all'] as const
export const DELEGATE_OPTIONS = [
  'sendToDelegateAndInformationToPrincipal',
  'sendToDelegateAndPrincipal',
  'sendToDelegateOnly',
] as const

/** By object id of the owner. */
export const mailboxSettings: Kind<MailboxSettings> = {
  name: 'mail.settings',
  born: (world) => ({
    find: (id) => {
      const person = world.directory.find(id)
      return person?.mail && person.id === id.toLowerCase() ? settingsAtBirth(world, person) : undefined
    },
    *all() {
      for (let index = 0; index < world.directory.mailboxes; index++) {
        const person = world.directory.at(index)
        yield [person.id, settingsAtBirth(world, person)]
      }
    },
  }),
}

const DAY = 86_400_000

const LOCALES = {
  NL: {
    locale: 'nl-NL',
    displayName: 'Dutch (Netherlands)',
    zone: 'W. Europe Standard Time',
    date: 'd-M-yyyy',
    time: 'HH:mm',
  },
  PT: {
    locale: 'pt-PT',
    displayName: 'Portuguese (Portugal)',
    zone: 'GMT Standard Time',
    date: 'dd/MM/yyyy',
    time: 'HH:mm',
  },
  CA: {
    locale: 'en-CA',
    displayName: 'English (Canada)',
    zone: 'Atlantic Standard Time',
    date: 'yyyy-MM-dd',
    time: 'h:mm tt',
  },
} as const

/** When a person is away around the epoch, in milliseconds; one in twenty-five is. */
export function absenceOf(world: World, person: Person): { start: number; end: number } | undefined {
  const r = random(world.seed, 'absence', person.index)
  if (person.kind !== 'user' || !r.chance(0.04)) return undefined
  const today = Math.floor(world.epoch / DAY) * DAY
  const start = today - r.between(0, 5) * DAY
  return { start, end: start + r.between(6, 12) * DAY }
}

export const zoneOf = (person: Person): string => LOCALES[person.office.country].zone

function settingsAtBirth(world: World, person: Person): MailboxSettings {
  const { locale, displayName, zone, date, time } = LOCALES[person.office.country]
  const absence = absenceOf(world, person)
  const today = Math.floor(world.epoch / DAY) * DAY
  const away = absence ? `I am out of the office until ${new Date(absence.end).toISOString().slice(0, 10)}.` : ''
  return {
    timeZone: zone,
    dateFormat: date,
    timeFormat: time,
    language: { locale, displayName },
    workingHours: {
      daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
      startTime: '08:30:00.0000000',
      endTime: '17:00:00.0000000',
      timeZone: { name: zone },
    },
    automaticRepliesSetting: {
      status: absence ? 'scheduled' : 'disabled',
      externalAudience: absence ? 'all' : 'none',
      scheduledStartDateTime: utc(absence?.start ?? today),
      scheduledEndDateTime: utc(absence?.end ?? today + DAY),
      internalReplyMessage: away && `<html><body>${away} For urgent matters ask my team.</body></html>`,
      externalReplyMessage: away && `<html><body>${away}</body></html>`,
    },
    delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
  }
}

export const utc = (milliseconds: number): ZonedTime => ({
  dateTime: `${new Date(milliseconds).toISOString().slice(0, 19)}.0000000`,
  timeZone: 'UTC',
})
