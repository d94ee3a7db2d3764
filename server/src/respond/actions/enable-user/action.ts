import { defineAccountSwitch } from '#respond/define-account-switch.ts'
import { USER_ACCOUNT } from '#respond/user-state.ts'

/** Enables an account that is disabled, whoever did that. */
export const enableUser = defineAccountSwitch(
  {
    id: 'enable-user',
    title: 'Enable user',
    recoverability:
      'The user can sign in again, with the password of before. Cordon can disable the account again. Of a user mastered on ' +
      'premises Active Directory has the last word: enable it there, too.',
  },
  USER_ACCOUNT,
  true,
)
