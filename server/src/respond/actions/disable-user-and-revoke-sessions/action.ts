import { revokeSignInSessions, setAccountEnabled } from '#connect/apis/graph/users.ts'
import { defineAction, type Verdict } from '#respond/action.ts'
import { usersOf } from '#respond/count.ts'
import type { UserTarget } from '#respond/kinds/user.ts'
import {
  accountProof,
  areRevoked,
  DIRECTORY_PATIENCE,
  ENABLE_ACCOUNTS,
  READ_USERS,
  readUserState,
  REVOKE_SESSIONS,
  sessionsProof,
  UserState,
} from '#respond/user-state.ts'

/**
 * Disables an account and then ends its sessions: in that order, or whoever has the password would sign in again in between.
 * Each step is told on its own. Both may be repeated.
 *
 * @see https://learn.microsoft.com/graph/api/user-update
 * @see https://learn.microsoft.com/graph/api/user-revokesigninsessions
 */
export const disableUserAndRevokeSessions = defineAction<UserState, UserTarget>({
  id: 'disable-user-and-revoke-sessions',
  on: 'user',
  title: 'Disable user and end sessions',
  recoverability:
    'The user can no longer sign in, and is signed out everywhere. Cordon can enable the account again; sessions that were ' +
    'ended do not come back. Of a user mastered on premises Active Directory has the last word: disable it there, ' +
    'too. A guest signs in at home: the account is disabled here, and only the home tenant can end the sessions.',
  permissions: [ENABLE_ACCOUNTS, REVOKE_SESSIONS, READ_USERS],
  sensitive: true,
  does: (count) => `lock out ${usersOf(count)} (account disabled, sessions ended)`,
  did: (count) => `locked out ${usersOf(count)} (account disabled, sessions ended)`,
  state: UserState,
  patience: DIRECTORY_PATIENCE,
  read: (target) => readUserState(target),
  settled: () => undefined,

  async execute({ microsoft, user, signal }, before) {
    if (before.accountEnabled) await setAccountEnabled(microsoft, user, false, signal)
    if (!before.isExternal) await revokeSignInSessions(microsoft, user, signal)
  },

  verify(before, now): Verdict {
    const isDisabled = !now.accountEnabled
    const isRevoked = areRevoked(before, now)
    const proof = `${accountProof(now)} ${now.isExternal ? HOME : sessionsProof(now)}`
    if (isDisabled && isRevoked) return { is: 'wanted', proof }
    return { is: (isDisabled && before.accountEnabled) || isRevoked ? 'partly' : 'unchanged', proof }
  },

  revert: {
    execute: ({ microsoft, user, signal }, before) => setAccountEnabled(microsoft, user, before.accountEnabled, signal),
    verify: (before, now) => ({
      is: now.accountEnabled === before.accountEnabled ? 'wanted' : 'unchanged',
      proof: `${accountProof(now)} Its sessions stay ended.`,
    }),
  },
})

const HOME = 'The user is a guest and signs in at home: only that tenant can end the sessions.'
