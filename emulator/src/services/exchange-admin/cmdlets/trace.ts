import { deliveries } from '#world/mail/deliveries.ts'
import { sentAt } from '#world/mail/mime.ts'
import { int32, moment as wireMoment } from '#services/exchange-admin/wire.ts'
import { moment, number, oneOf, someOf, text, texts, words } from '#services/exchange-admin/parameters.ts'
import { refusedBecause } from '#services/exchange-admin/errors.ts'
import type { Cmdlet, Invocation, Result } from '#services/exchange-admin/cmdlet.ts'
import type { Delivery } from '#world/mail/deliveries.ts'
import type { Row } from '#services/exchange-admin/wire.ts'

/** Message trace: who got which message and what became of it on the way. */

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const DEFAULT_SIZE = 1000
const STATUS = someOf(
  'Microsoft.Exchange.Management.FfoReporting.Common.DeliveryStatus',
  ...words('Delivered Expanded Failed FilteredAsSpam GettingStatus Pending Quarantined'),
)

export const traceCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-MessageTraceV2',
    area: 'trace',
    parameters: {
      StartDate: moment,
      EndDate: moment,
      SenderAddress: texts,
      RecipientAddress: texts,
      MessageId: texts,
      MessageTraceId: text,
      FromIP: text,
      ToIP: text,
      Status: STATUS,
      Subject: text,
      SubjectFilterType: oneOf(
        'Microsoft.Exchange.Management.FfoReporting.SubjectFilterType',
        'Contains',
        'StartsWith',
        'EndsWith',
      ),
      ResultSize: number,
      StartingRecipientAddress: text,
    },
    run: trace,
  },
  {
    name: 'Get-MessageTraceDetailV2',
    area: 'trace',
    parameters: {
      MessageTraceId: text,
      RecipientAddress: text,
      MessageId: text,
      SenderAddress: text,
      StartDate: moment,
      EndDate: moment,
      Event: texts,
      Action: texts,
    },
    mandatory: ['MessageTraceId', 'RecipientAddress'],
    run: detail,
  },
]

interface Window {
  from: number
  /** Included. */
  to: number
}

function windowOf({ given, tenant }: Invocation): Window {
  const to = given.number('EndDate') ?? tenant.now
  const from = given.number('StartDate') ?? to - 2 * DAY
  if (from > to) throw refusedBecause('The StartDate must be earlier than the EndDate.')
  if (to - from > 10 * DAY)
    throw refusedBecause('The date range between StartDate and EndDate can not be more than 10 days.')
  if (from < tenant.now - 90 * DAY - HOUR)
    throw refusedBecause('The StartDate can not be more than 90 days before the current date.')
  return { from, to }
}

/** Newest first; of the same moment by recipient. There is no next link: the warning tells how to ask on. */
async function trace(call: Invocation): Promise<Result> {
  const { given } = call
  const window = windowOf(call)
  const size = given.number('ResultSize') ?? DEFAULT_SIZE
  if (size < 1 || size > 5000) throw refusedBecause('The ResultSize must be between 1 and 5000.')
  const after = given.text('StartingRecipientAddress')?.toLowerCase()
  const rows: Row[] = []
  for await (const each of newestFirst(call, window)) {
    const isLater =
      each.at < Math.floor(window.to / 1000) * 1000 || each.recipient.address.toLowerCase() > (after ?? '')
    if ((after !== undefined && !isLater) || !matches(call, each)) continue
    if (rows.length === size) return { rows, warnings: [continuation(window, rows.at(-1)!)] }
    rows.push(traceRow(each))
  }
  return { rows }
}

const continuation = ({ from }: Window, last: Row) =>
  `There are more results, use the following command to get more. Get-MessageTraceV2 -StartDate "${new Date(from).toISOString()}" -EndDate "${String((last['Received'] as { value: unknown }).value)}" -StartingRecipientAddress "${String(last['RecipientAddress'])}"`

/** The flow of mail is told oldest first; asked for minute by minute where there is much, little more of it is made than is shown. */
async function* newestFirst({ given, tenant }: Invocation, { from, to }: Window): AsyncGenerator<Delivery> {
  const [sender, recipient, messageId] = ['SenderAddress', 'RecipientAddress', 'MessageId'].map((name) => {
    const wanted = given.texts(name)
    return wanted?.length === 1 && !wanted[0]!.includes('*') ? wanted[0]! : undefined
  })
  const id = given.text('MessageTraceId')
  const criteria = {
    ...(sender === undefined ? {} : { sender }),
    ...(recipient === undefined ? {} : { recipient }),
    ...(messageId === undefined ? {} : { internetMessageId: messageId }),
    ...(id === undefined ? {} : { networkMessageId: id }),
  }
  let step = Object.keys(criteria).length > 0 ? DAY : MINUTE
  for (let end = to + 1; end > from;) {
    const slice = await listOf(deliveries(tenant, { ...criteria, from: Math.max(from, end - step), to: end }))
    end -= step
    if (slice.length === 0) step = Math.min(2 * step, DAY)
    yield* slice.sort(
      (a, b) => b.at - a.at || (a.recipient.address.toLowerCase() < b.recipient.address.toLowerCase() ? -1 : 1),
    )
  }
}

async function listOf<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const each of all) list.push(each)
  return list
}

function matches({ given }: Invocation, each: Delivery): boolean {
  const some = (name: string, value: string) => {
    const wanted = given.texts(name)
    return !wanted || wanted.some((pattern) => like(value, pattern))
  }
  return (
    some('SenderAddress', each.sender.address) &&
    some('RecipientAddress', each.recipient.address) &&
    some('MessageId', each.internetMessageId) &&
    some('Status', statusOf(each)) &&
    (given.text('MessageTraceId') ?? each.networkMessageId).toLowerCase() === each.networkMessageId &&
    (given.text('FromIP') ?? each.senderIp ?? '') === (each.senderIp ?? '') &&
    (given.text('ToIP') ?? '') === '' &&
    subjectMatches(each.subject.toLowerCase(), given.text('Subject')?.toLowerCase(), given.text('SubjectFilterType'))
  )
}

function subjectMatches(subject: string, wanted: string | undefined, how: string | undefined): boolean {
  if (wanted === undefined) return true
  if (how === 'StartsWith') return subject.startsWith(wanted)
  return how === 'EndsWith' ? subject.endsWith(wanted) : subject.includes(wanted)
}

/** `*@domain` stands for everybody there. */
const like = (value: string, pattern: string) =>
  pattern.startsWith('*')
    ? value.toLowerCase().endsWith(pattern.slice(1).toLowerCase())
    : value.toLowerCase() === pattern.toLowerCase()

function statusOf({ location }: Delivery): string {
  switch (location) {
    case 'quarantine':
      return 'Quarantined'
    case 'junkemail':
      return 'FilteredAsSpam'
    case 'failed':
    case 'dropped':
      return 'Failed'
    default:
      return 'Delivered'
  }
}

const traceRow = (each: Delivery): Row => ({
  MessageTraceId: each.networkMessageId,
  MessageId: each.internetMessageId,
  Received: wireMoment(each.at),
  SenderAddress: each.sender.address,
  RecipientAddress: each.recipient.address,
  FromIP: each.senderIp ?? '',
  ToIP: '',
  Subject: each.subject,
  Status: statusOf(each),
  Size: int32(each.size),
})

async function detail(call: Invocation): Promise<Result> {
  const { given, tenant } = call
  const window =
    given.has('StartDate') || given.has('EndDate') ? windowOf(call) : { from: tenant.now - 10 * DAY, to: tenant.now }
  const found = await listOf(
    deliveries(tenant, {
      from: window.from,
      to: window.to + 1,
      networkMessageId: given.text('MessageTraceId')!,
      recipient: given.text('RecipientAddress')!,
    }),
  )
  const wanted = (name: string, value: string) =>
    !given.texts(name) || given.texts(name)!.some((each) => each.toLowerCase() === value.toLowerCase())
  return {
    rows: found
      .flatMap(eventsOf)
      .filter(({ event, action }) => wanted('Event', event) && wanted('Action', action))
      .map(({ delivery, at, event, action, text: told }) => ({
        MessageTraceId: delivery.networkMessageId,
        MessageId: delivery.internetMessageId,
        SenderAddress: delivery.sender.address,
        RecipientAddress: delivery.recipient.address,
        Date: wireMoment(at),
        Event: event,
        Action: action,
        Detail: told,
        Data: `<root><MEP Name="MessageSize" Integer="${delivery.size}"/></root>`,
      })),
  }
}

interface TraceEvent {
  delivery: Delivery
  at: number
  event: string
  action: string
  text: string
}

/** The steps of one delivery. */
function eventsOf(delivery: Delivery): TraceEvent[] {
  const step = (at: number, event: string, told: string, action = ''): TraceEvent => ({
    delivery,
    at,
    event,
    action,
    text: told,
  })
  const received = step(sentAt(delivery.item) + 1000, 'Receive', 'Message received by: EMUPR01MB0001')
  switch (statusOf(delivery)) {
    case 'Quarantined':
      return [received, step(delivery.at, 'Spam', 'The message was sent to quarantine.', 'Quarantine')]
    case 'Failed':
      return [
        received,
        step(delivery.at, 'Fail', 'Reason: [{LED=550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found}]'),
      ]
    case 'FilteredAsSpam':
      return [
        received,
        step(delivery.at, 'Spam', 'The message was identified as spam.', 'MoveToJmf'),
        step(delivery.at, 'Deliver', 'The message was successfully delivered to the Junk Email folder.'),
      ]
    default:
      return [
        received,
        delivery.location === 'external'
          ? step(delivery.at, 'Send external', "Message sent to the recipient's mail server using TLS1.3.")
          : step(delivery.at, 'Deliver', 'The message was successfully delivered.'),
      ]
  }
}
