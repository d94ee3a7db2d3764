import { defineAccountSwitch } from '#respond/define-account-switch.ts'
import { USER_ACCOUNT } from '#respond/user-state.ts'

/** Disables an account: nobody signs in with it any more. Open sessions go on for as long as their tokens do. */
export const disableUser = defineAccountSwitch(
  {
    id: 'disable-user',
    title: 'Disable user',
    recoverability:
      'The user can no longer sign in; sessions that are open go on for an hour or so unless they are ended as well. Cordon ' +
      'can enable the account again. Of a user mastered on premises Active Directory has the last word: disable it there, too. ' +
      'A guest is kept out of this tenant alone.',
  },
  USER_ACCOUNT,
  false,
)
