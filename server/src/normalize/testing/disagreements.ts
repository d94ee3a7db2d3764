import type { Disagreed } from './agreement.ts'

/** Where our event says something else than Elastic's of the same record, and why ours is right. */
export interface Disagreement {
  field: string
  /** Streams of Elastic's by their beginning; all of them unless told. */
  streams?: readonly string[]
  /** The values of Elastic's that are meant, folded; all of them unless told. */
  theirs?: readonly string[]
  /** In one sentence or two, for the reference. */
  why: string
}

const AUDIT = ['o365/']
const DEFENDER = ['m365_defender/']

/** What is written down. A disagreement that none of these covers fails the tests. */
export const DISAGREEMENTS: readonly Disagreement[] = [
  {
    field: 'event.category',
    streams: AUDIT,
    theirs: ['web'],
    why: 'Elastic puts “web” on every record of the audit log. A category says what happened: a sign-in is authentication, a change of a mailbox configuration, a file a file.',
  },
  {
    field: 'event.type',
    streams: AUDIT,
    theirs: ['info', 'access', 'start'],
    why: 'Elastic adds “info” and “access” to what has a type of its own. ECS has “start” for a sign-in, “creation”, “change” and “deletion” for files and settings; a match of a policy is no access.',
  },
  {
    field: 'event.outcome',
    streams: AUDIT,
    theirs: ['success'],
    why: 'Elastic calls a success whatever record has no ResultStatus, and whatever is in progress. Microsoft said nothing, so the outcome is unknown; an alert and a match of a policy have none. A sign-in with an error number or a LogonError beside “Succeeded” did fail.',
  },
  {
    field: 'event.outcome',
    streams: AUDIT,
    theirs: ['failure'],
    why: 'A match of a data loss prevention rule is no operation that fails, even where the rule blocks.',
  },
  {
    field: 'host.name',
    streams: AUDIT,
    why: 'Elastic writes the name of the tenant. A tenant is an organization (organization.name), no host.',
  },
  {
    field: 'user.email',
    streams: AUDIT,
    why: 'user.* is who did it, which Microsoft names in UserId. The owner of the mailbox is whom it was done to: user.target.*.',
  },
  {
    field: 'user.id',
    streams: AUDIT,
    theirs: ['unknown'],
    why: '“Unknown” is how Microsoft says that nobody is known; a user of this name would gather the events of strangers.',
  },
  {
    field: 'user_agent.device.name',
    theirs: ['other'],
    why: '“Other” is no device: the program names none.',
  },
  {
    field: 'user_agent.version',
    why: 'The version is taken over whole, as the program writes it: `72.0` without a full stop behind it, and `2.27.1` with its last part.',
  },
  {
    field: 'event.type',
    streams: ['azure/signinlogs', ...DEFENDER],
    theirs: ['info'],
    why: 'A sign-in begins something, for which ECS has “start”; reading the memory of a process is access.',
  },
  {
    field: 'event.outcome',
    streams: ['azure/signinlogs'],
    theirs: ['failure'],
    why: 'A sign-in that is interrupted by a page, such as “stay signed in?”, has neither failed nor succeeded yet.',
  },
  {
    field: 'user.name',
    streams: ['azure/signinlogs'],
    why: 'An identifier in the place of a name is no name; user.id has it.',
  },
  {
    field: '@timestamp',
    streams: ['azure/identity_protection'],
    why: 'The record says to the millisecond when the risk changed; Elastic takes the time of the envelope, which is cut to the second.',
  },
  {
    field: 'event.kind',
    streams: ['azure/identity_protection', ...DEFENDER],
    why: 'That a user is at risk is a state, which lasts, and so is a certificate; inventories are assets. Nothing happened.',
  },
  {
    field: 'event.type',
    streams: ['azure/activitylogs'],
    theirs: ['change'],
    why: 'Listing keys gives them away and changes nothing: it is access.',
  },
  {
    field: 'event.category',
    streams: DEFENDER,
    why: 'An account or an address that evidence names is no event of iam or network, and an alert is no indicator, which is what ECS means by “threat”.',
  },
  {
    field: 'event.type',
    streams: DEFENDER,
    theirs: ['denied', 'indicator'],
    why: 'A connection that failed was not denied, and an alert is no indicator.',
  },
  {
    field: 'event.action',
    streams: DEFENDER,
    why: 'The name is Microsoft’s (`FileCreated`), as in every dataset; event.type says what it means (`creation`).',
  },
  {
    field: 'source.ip',
    streams: DEFENDER,
    why: 'Of an inbound connection the device is the destination, not the source.',
  },
  { field: 'source.port', streams: DEFENDER, why: 'As source.ip; and 0 is no port.' },
  {
    field: 'user.id',
    streams: DEFENDER,
    why: 'The identity in Entra ID comes before the security identifier and the address: it stays when a user is renamed, and all datasets have it. The others are in related.user.',
  },
  {
    field: 'user.name',
    streams: DEFENDER,
    why: 'Whoever is signed in to a device need not have to do with its alert; related.user names them.',
  },
  {
    field: 'related.user',
    streams: DEFENDER,
    why: 'An address is one without the display name around it, and the display name of an alert’s mailbox is no user.',
  },
  ...['user.email', 'user.id', 'user.name'].map((field) => ({
    field,
    streams: ['microsoft_exchange_online_message_trace/'],
    why: 'A row of message trace is about its recipient, whoever the sender is; email.from has the sender.',
  })),
]

/** Why ours is right, or undefined where nobody has written it down. */
export function reasonFor(stream: string, { field, theirs }: Disagreed): string | undefined {
  const word = String(theirs).toLowerCase()
  return DISAGREEMENTS.find(
    (known) =>
      known.field === field &&
      (known.streams?.some((beginning) => stream.startsWith(beginning)) ?? true) &&
      (known.theirs?.includes(word) ?? true),
  )?.why
}
