import type { OnPremisesExchange } from '#connect/microsoft.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import { toAppError, type AppError } from '#domain/errors.ts'
import type { ConnectionTest, PermissionVerdict } from '#domain/tenant.ts'

const RESOURCE = 'Exchange Server'
const SIGN_IN = { resource: RESOURCE, permission: 'Exchange Web Services', feature: 'investigate' } as const
const ROLE = { resource: RESOURCE, permission: 'ApplicationImpersonation' } as const

/** Versions of Exchange Server by what stands before the builds. */
const RELEASES: Readonly<Record<string, string>> = {
  '14.': 'Exchange Server 2010',
  '15.0': 'Exchange Server 2013',
  '15.1': 'Exchange Server 2016',
  '15.2': 'Exchange Server 2019 or Subscription Edition',
}

/**
 * Finds out what a connection to an Exchange server may do, by looking into one mailbox: the first that it lists, else one that
 * nobody has, which still tells whether the server answers and lets the account in. Never throws for what Exchange answers.
 */
export async function testExchange({ ews, mailboxes }: OnPremisesExchange, clock: Clock): Promise<ConnectionTest> {
  const mailbox = mailboxes[0] ?? `cordon.connection.test@${ews.host.split(':')[0]!}`
  const what = `Could not look into the mailbox ${mailbox}.`
  const fault = await ews
    .wellKnown({ mailbox, what }, ['inbox'])
    .then(() => undefined)
    .catch((error: unknown) => toAppError(error, what))
  const verdicts: PermissionVerdict[] = [
    { ...SIGN_IN, why: 'To reach the server and sign in.', ...reached(fault, ews) },
    { ...ROLE, feature: 'investigate', why: 'To search and read mailboxes as their owners.', ...acts(fault, mailbox) },
    { ...ROLE, feature: 'respond', why: 'To move and delete messages as their owners.', ...acts(fault, mailbox) },
  ]
  const granted = verdicts.filter(({ verdict }) => verdict === 'granted').length
  const status = granted === verdicts.length ? 'ok' : granted === 0 ? 'failed' : 'partial'
  return { testedAt: isoTime(clock.now()), status, verdicts }
}

type Judgement = Pick<PermissionVerdict, 'verdict' | 'microsoftCode' | 'detail' | 'fix'>

/** What Exchange Web Services themselves answer, they answer to an account that they let in. */
function reached(fault: AppError | undefined, { host, version }: OnPremisesExchange['ews']): Judgement {
  if (fault?.microsoft?.code === 'ErrorInvalidServerVersion') {
    const fix = 'Update the server to Exchange Server 2013 SP1 or later.'
    return { verdict: 'missing', microsoftCode: fault.microsoft.code, detail: `${host} is too old.`, fix }
  }
  if (!fault || fault.microsoft) {
    const release = Object.entries(RELEASES).find(([prefix]) => version?.startsWith(prefix))?.[1] ?? 'Exchange Server'
    return { verdict: 'granted', detail: `${host} answered as ${release}${version ? ` (${version})` : ''}.` }
  }
  return { verdict: fault.code === 'CONNECT_PASSWORD_WRONG' ? 'missing' : 'unknown', detail: fault.why, fix: fault.fix }
}

function acts(fault: AppError | undefined, mailbox: string): Judgement {
  if (!fault) return { verdict: 'granted', detail: `The Inbox of ${mailbox} was opened as its owner.` }
  const { code, why, fix, microsoft } = fault
  const evidence = microsoft ? { microsoftCode: microsoft.code } : {}
  if (code === 'CONNECT_PERMISSION_MISSING') return { verdict: 'missing', ...evidence, detail: why, fix }
  const unlisted =
    'List a mailbox of this server with the connection (--mailbox): by looking into it this is found out.'
  return { verdict: 'unknown', ...evidence, detail: why, fix: code === 'CONNECT_NOT_FOUND' ? unlisted : fix }
}
