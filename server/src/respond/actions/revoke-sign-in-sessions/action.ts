import { revokeSignInSessions } from '#connect/apis/graph/users.ts'
import { defineAction } from '#respond/action.ts'
import { usersOf } from '#respond/count.ts'
import type { UserTarget } from '#respond/kinds/user.ts'
import {
  areRevoked,
  DIRECTORY_PATIENCE,
  READ_USERS,
  readUserState,
  REVOKE_SESSIONS,
  sessionsProof,
  UserState,
} from '#respond/user-state.ts'

/**
 * Ends all sessions of a user, who then has to sign in again. Doing it again ends those since then; so each plan does, and a
 * crash may do it twice, which harms nobody.
 *
 * @see https://learn.microsoft.com/graph/api/user-revokesigninsessions
 */
export const revokeSignInSessionsOfUser = defineAction<UserState, UserTarget>({
  id: 'revoke-sign-in-sessions',
  on: 'user',
  title: 'End sessions of user',
  recoverability:
    'The user has to sign in again everywhere; Cordon cannot bring the sessions back, and nothing is lost. Access tokens that ' +
    'are out go on for up to an hour where a service does not check them continuously. A user who is a guest here signs in at ' +
    'home, and only that tenant can end the sessions.',
  permissions: [REVOKE_SESSIONS, READ_USERS],
  does: (count) => `end all sessions of ${usersOf(count)}`,
  did: (count) => `ended all sessions of ${usersOf(count)}`,
  state: UserState,
  patience: DIRECTORY_PATIENCE,
  read: (target) => readUserState(target),

  settled: (now) =>
    now.isExternal
      ? {
          state: 'failed',
          reason:
            'The user is a guest and signs in at home: Microsoft ends such sessions only there. Use disable-user to keep the guest out of this tenant.',
        }
      : undefined,

  execute: ({ microsoft, user, signal }) => revokeSignInSessions(microsoft, user, signal),
  verify: (before, now) => ({ is: areRevoked(before, now) ? 'wanted' : 'unchanged', proof: sessionsProof(now) }),
})
