import { testServicePrincipalAction } from '#respond/testing/test-service-principal-action.ts'

import { enableServicePrincipal } from './action.ts'

testServicePrincipalAction(enableServicePrincipal, {
  wanted: 'true',
  look: async (stage, application) => String((await stage.seen(application))['accountEnabled']),
  arrange: async (stage, { id }) => {
    await stage.onlooker(`/v1.0/servicePrincipals/${id}`, { method: 'PATCH', body: { accountEnabled: false } })
  },
  method: 'PATCH',
  path: '/servicePrincipals/[^/]+$',
  permission: 'Application.ReadWrite.All',
})
