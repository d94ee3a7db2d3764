import { DELEGATE_OPTIONS, REPLY_AUDIENCE, REPLY_STATUS, mailboxSettings } from '#world/mail/settings.ts'
import { GraphError, badRequest } from '#services/graph/errors.ts'
import { auditCmdlet } from '#services/graph/mail/audit.ts'
import { list, object, oneOf, text } from '#services/graph/read-value.ts'
import { mailboxOf } from '#services/graph/mail/mailbox-of.ts'
import { readJson } from '#services/graph/json.ts'
import { project, readSelect } from '#services/graph/odata/options.ts'
import { isZone } from '#services/graph/calendar/zones.ts'
import type { AutomaticReplies, MailboxSettings } from '#world/mail/settings.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Reply } from '#http/exchange.ts'
import type { ZonedTime } from '#world/changes.ts'

import { categoryRoutes } from './categories.ts'

/** Language, hours and automatic replies of a mailbox. Forwarding is not among them: only Exchange tells of it. */

const READ = ['MailboxSettings.Read', 'MailboxSettings.ReadWrite']
const WRITE = ['MailboxSettings.ReadWrite']
const ONE = '/users/:user/mailboxSettings'
/** What can be asked for on its own; a plain value comes as `{"value": …}`. */
const PARTS = {
  automaticRepliesSetting: 'microsoft.graph.automaticRepliesSetting',
  dateFormat: 'Edm.String',
  delegateMeetingMessageDeliveryOptions: 'Edm.String',
  language: 'microsoft.graph.localeInfo',
  timeFormat: 'Edm.String',
  timeZone: 'Edm.String',
  userPurpose: 'Edm.String',
  workingHours: 'microsoft.graph.workingHours',
} as const
type Part = keyof typeof PARTS

export const mailboxSettingsRoutes: readonly Route[] = [
  { method: 'GET', pattern: ONE, returns: 'microsoft.graph.mailboxSettings', roles: READ, handle: getSettings },
  { method: 'PATCH', pattern: ONE, returns: 'microsoft.graph.mailboxSettings', roles: WRITE, handle: updateSettings },
  ...Object.entries(PARTS).map(([part, returns]): Route => {
    const handle = (call: Call) => getPart(call, part as Part)
    return { method: 'GET', pattern: `${ONE}/${part}`, returns, roles: READ, handle }
  }),
  ...categoryRoutes,
]

function getSettings(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const select = readSelect(
    call.request.query,
    ['archiveFolder', ...Object.keys(PARTS)],
    'Microsoft.OutlookServices.MailboxSettings',
  )
  const value = shape(mailbox, settingsOf(call, mailbox))
  return { status: 200, body: { '@odata.context': contextOf(call), ...(select ? project(value, select) : value) } }
}

/** One part: an object as it is, a plain value as `{"value": …}`. */
function getPart(call: Call, part: Part): Reply {
  const mailbox = mailboxOf(call)
  const value = shape(mailbox, settingsOf(call, mailbox))[part]
  const context = { '@odata.context': `${contextOf(call)}/${part}` }
  return { status: 200, body: typeof value === 'object' ? { ...context, ...value } : { ...context, value } }
}

/** `PATCH`: 200 and the settings. */
function updateSettings(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const before = settingsOf(call, mailbox)
  const after = changed(before, readJson(call.request))
  call.tenant.objects(mailboxSettings).put(mailbox.person.id, after)
  const { automaticRepliesSetting: replies } = after
  const [name, parameters] =
    replies === before.automaticRepliesSetting
      ? (['Set-MailboxRegionalConfiguration', { TimeZone: after.timeZone, Language: after.language.locale }] as const)
      : ([
          'Set-MailboxAutoReplyConfiguration',
          { AutoReplyState: replies.status, ExternalAudience: replies.externalAudience },
        ] as const)
  auditCmdlet(call, mailbox, name, mailbox.person.userPrincipalName, parameters)
  return { status: 200, body: { '@odata.context': contextOf(call), ...shape(mailbox, after) } }
}

const contextOf = (call: Call) =>
  `${call.root}/$metadata#users('${encodeURIComponent(call.params['user']!)}')/mailboxSettings`

export const settingsOf = (call: Call, { person }: Mailbox): MailboxSettings =>
  call.tenant.objects(mailboxSettings).find(person.id)!

const shape = (mailbox: Mailbox, settings: MailboxSettings) => ({
  archiveFolder: mailbox.folderId('archive'),
  ...settings,
  userPurpose: mailbox.person.kind === 'shared' ? 'shared' : 'user',
})

function changed(settings: MailboxSettings, body: Record<string, unknown>): MailboxSettings {
  const given = Object.entries(body).filter(([name]) => !name.startsWith('@'))
  if (given.length === 0) throw badRequest('The request body names no setting to change.')
  const after = { ...settings }
  for (const [name, value] of given) {
    if (name === 'timeZone') after.timeZone = zone(value, name)
    else if (name === 'dateFormat' || name === 'timeFormat') after[name] = text(value, name)
    else if (name === 'language') after.language = languageOf(value)
    else if (name === 'workingHours') after.workingHours = hoursOf(settings.workingHours, value)
    else if (name === 'automaticRepliesSetting')
      after.automaticRepliesSetting = repliesOf(settings.automaticRepliesSetting, value)
    else if (name === 'delegateMeetingMessageDeliveryOptions')
      after.delegateMeetingMessageDeliveryOptions = oneOf(DELEGATE_OPTIONS, value, name)
    else if (!['archiveFolder', 'userPurpose'].includes(name))
      throw badRequest(`The property '${name}' does not exist on type 'microsoft.graph.mailboxSettings'.`)
  }
  return after
}

const invalid = (message: string) => new GraphError(400, 'ErrorInvalidArgument', message)

function zone(value: unknown, name: string): string {
  const wanted = text(value, name)
  if (!isZone(wanted)) throw new GraphError(400, 'ErrorInvalidTimeZone', `The time zone '${wanted}' is not valid.`)
  return wanted
}

const names = new Intl.DisplayNames('en', { type: 'language', languageDisplay: 'standard' })

function languageOf(value: unknown): MailboxSettings['language'] {
  const locale = text(object(value, 'language')['locale'], 'locale')
  if (!/^[a-z]{2,3}(-[A-Za-z]{4})?-[A-Z]{2}$/.test(locale)) throw invalid(`The locale '${locale}' is not valid.`)
  return { locale, displayName: names.of(locale) ?? locale }
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

function hoursOf(hours: MailboxSettings['workingHours'], value: unknown): MailboxSettings['workingHours'] {
  const { daysOfWeek, startTime, endTime, timeZone } = object(value, 'workingHours')
  const time = (given: unknown, name: string) => {
    const found = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?$/.exec(text(given, name))
    if (!found) throw invalid(`The time '${String(given)}' is not valid.`)
    return found[0].includes('.') ? found[0].padEnd(16, '0') : `${found[0]}.0000000`
  }
  return {
    daysOfWeek:
      daysOfWeek === undefined
        ? hours.daysOfWeek
        : list(daysOfWeek, 'daysOfWeek').map((day) => oneOf(DAYS, day, 'daysOfWeek')),
    startTime: startTime === undefined ? hours.startTime : time(startTime, 'startTime'),
    endTime: endTime === undefined ? hours.endTime : time(endTime, 'endTime'),
    timeZone:
      timeZone === undefined ? hours.timeZone : { name: zone(object(timeZone, 'timeZone')['name'], 'timeZone') },
  }
}

function repliesOf(replies: AutomaticReplies, value: unknown): AutomaticReplies {
  const given = object(value, 'automaticRepliesSetting')
  const message = (name: 'internalReplyMessage' | 'externalReplyMessage') =>
    given[name] === undefined || given[name] === null ? replies[name] : text(given[name], name)
  const moment = (name: 'scheduledStartDateTime' | 'scheduledEndDateTime'): ZonedTime => {
    if (given[name] === undefined || given[name] === null) return replies[name]
    const { dateTime, timeZone } = object(given[name], name)
    if (Number.isNaN(Date.parse(text(dateTime, name)))) throw invalid(`The value of '${name}' is not valid.`)
    return { dateTime: text(dateTime, name), timeZone: zone(timeZone ?? 'UTC', name) }
  }
  const { status, externalAudience } = given
  const after: AutomaticReplies = {
    status: status === undefined ? replies.status : oneOf(REPLY_STATUS, status, 'status'),
    externalAudience:
      externalAudience === undefined
        ? replies.externalAudience
        : oneOf(REPLY_AUDIENCE, externalAudience, 'externalAudience'),
    scheduledStartDateTime: moment('scheduledStartDateTime'),
    scheduledEndDateTime: moment('scheduledEndDateTime'),
    internalReplyMessage: message('internalReplyMessage'),
    externalReplyMessage: message('externalReplyMessage'),
  }
  if (after.status === 'scheduled' && after.scheduledStartDateTime.dateTime >= after.scheduledEndDateTime.dateTime)
    throw invalid('The end of the automatic replies must be later than their start.')
  return after
}
