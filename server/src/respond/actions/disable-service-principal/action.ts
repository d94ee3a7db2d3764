import { defineAccountSwitch } from '#respond/define-account-switch.ts'
import { SERVICE_PRINCIPAL_ACCOUNT } from '#respond/service-principal-state.ts'

/** Disables an application in the tenant: nobody signs in to it any more, and it gets no tokens. */
export const disableServicePrincipal = defineAccountSwitch(
  {
    id: 'disable-service-principal',
    title: 'Disable application',
    recoverability:
      'The application gets no new tokens, neither on its own behalf nor on that of users; those that it holds go on for an hour ' +
      'or so. What it was allowed stays as it is. Cordon can enable it again. It leaves the application that it signs in as alone, and Microsoft’s own.',
  },
  SERVICE_PRINCIPAL_ACCOUNT,
  false,
)
