import { testUserAction } from '#respond/testing/test-user-action.ts'

import { enableUser } from './action.ts'

testUserAction(enableUser, {
  wanted: 'true',
  look: async (stage, user) => String((await stage.stateOf(user))['accountEnabled']),
  arrange: (stage, user) => stage.change(user, { accountEnabled: false }),
  method: 'PATCH',
  path: '/users/[^/]+$',
  permission: 'User.EnableDisableAccount.All',
})
