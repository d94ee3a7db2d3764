import { z } from 'zod'

import { type OpenId, PendingSignIn, type SignedIn } from '#connect/open-id.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError, toAppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'

import type { Audit } from './audit.ts'
import type { Sessions, SignInPlace } from './sessions.ts'
import { createSignInLimit } from './sign-in-limit.ts'
import type { SignOnPeople } from './sign-on-people.ts'
import type { Tickets } from './tickets.ts'

/** A directory whose people may sign in. */
export interface Directory {
  id: TenantId
  /** As the sign-in page calls it. */
  name: string
}

/** People signing in at Entra instead of with a password of Cordon. */
export interface SignOn {
  /** None where single sign-on is not set up. */
  directories: readonly Directory[]
  /**
   * Where to send the browser, and what it has to bring back. `next` is the page of the console to go to afterwards.
   *
   * @throws AppError AUTH_SIGN_ON_OFF, AUTH_SIGN_ON_INVALID, CONNECT_*.
   */
  begin(directoryId: string, next: string | undefined): Promise<{ location: string; ticket: string }>
  /** What came of it: a session, or the reason why there is none; either way where to go. `search` is the query of the answer. */
  finish(
    search: string,
    ticket: string | undefined,
    place: SignInPlace,
  ): Promise<{ next: string; token: string } | { next: string; error: AppError }>
}

/** The place of the callback below the address of Cordon, which is registered as a redirect URI. */
export const CALLBACK_PATH = '/api/sign-on/callback'
/** Entra's codes are good for as long. */
export const PENDING_MS = 10 * 60_000
const PURPOSE = 'sign-on'
/** From one address, which behind a proxy is everybody's. */
const FAILURES_ALLOWED = 50

const Pending = PendingSignIn.extend({ directoryId: z.string(), next: z.string() })

export function createSignOn(parts: {
  directories: readonly Directory[]
  /** Absent where single sign-on is not set up. */
  openId: OpenId | undefined
  /** Origin under which people reach Cordon. */
  origin: string
  people: SignOnPeople
  sessions: Pick<Sessions, 'open'>
  tickets: Tickets
  audit: Audit
  clock: Clock
}): SignOn {
  const { directories, openId, origin, people, sessions, tickets, audit, clock } = parts
  const limit = createSignInLimit(clock, { allowed: FAILURES_ALLOWED, whose: 'sign-ins with Microsoft' })

  function open(directoryId: string): { openId: OpenId; directory: Directory } {
    const directory = directories.find(({ id }) => id === directoryId)
    if (openId && directory) return { openId, directory }
    throw signOnOff(directories.length > 0)
  }

  /** Whom the answer is for, believed. */
  async function prove(
    search: string,
    pending: z.infer<typeof Pending> | undefined,
    address: string,
  ): Promise<SignedIn> {
    limit.check(PURPOSE, address)
    // Counted as failed before Entra is asked, as for passwords.
    limit.failed(PURPOSE, address)
    if (!pending) throw notBegun()
    const { openId: entra, directory } = open(pending.directoryId)
    const answer = new URL(`${CALLBACK_PATH}${search}`, origin)
    const signedIn = await entra.finish(directory.id, answer, pending)
    limit.succeeded(PURPOSE, address)
    return signedIn
  }

  return {
    directories,

    async begin(directoryId, next) {
      const { openId: entra, directory } = open(directoryId)
      const { location, pending } = await entra.begin(directory.id)
      const value: z.infer<typeof Pending> = { ...pending, directoryId: directory.id, next: ownPage(next, origin) }
      return { location: location.href, ticket: tickets.issue(PURPOSE, value, PENDING_MS) }
    },

    async finish(search, ticket, place) {
      const pending = tickets.read(PURPOSE, ticket, Pending)
      const next = pending?.next ?? ownPage(undefined, origin)
      const provider = { provider: 'entra', ...(pending && { directoryId: pending.directoryId }) }
      let signedIn: SignedIn | undefined
      try {
        signedIn = await prove(search, pending, place.address)
        const user = await people.welcome(signedIn)
        return { next, token: await sessions.open(user, place, provider) }
      } catch (thrown) {
        const error = toAppError(thrown, 'Could not sign in with Microsoft.')
        // Beyond the limit nothing is written down: it would be a way to fill the log.
        if (error.code !== 'AUTH_RATE_LIMITED')
          await audit(signedIn?.name ?? 'unknown', 'session.refuse', {
            address: place.address,
            ...provider,
            ...(signedIn && { subject: signedIn.objectId }),
            code: error.code,
            ...(error.microsoft && { microsoft: error.microsoft.code }),
          })
        return { next, error }
      }
    },
  }
}

/** `next` as an address of our own, with the origin in it: nothing that a browser could read as another site's. */
function ownPage(next: string | undefined, origin: string): string {
  const url = next === undefined ? null : URL.parse(next, origin)
  return url?.origin === origin ? url.href : `${origin}/`
}

function signOnOff(isSetUp: boolean): AppError {
  return new AppError({
    code: 'AUTH_SIGN_ON_OFF',
    what: 'Could not sign in with Microsoft.',
    why: isSetUp ? 'People of this directory do not sign in here.' : 'Single sign-on is not set up.',
    fix: isSetUp
      ? 'Choose one of the directories on the sign-in page; CORDON_SIGN_ON_TENANTS names them.'
      : 'Set CORDON_SIGN_ON_CLIENT_ID and what belongs to it; docs/guides/sign-on.md says how.',
  })
}

function notBegun(): AppError {
  return new AppError({
    code: 'AUTH_SIGN_ON_INVALID',
    what: 'Could not sign in with Microsoft.',
    why: 'This browser did not begin the sign-in, began another one since, or took longer than ten minutes.',
    fix: 'Begin again on the sign-in page, in one tab.',
  })
}
