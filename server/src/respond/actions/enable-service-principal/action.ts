import { defineAccountSwitch } from '#respond/define-account-switch.ts'
import { SERVICE_PRINCIPAL_ACCOUNT } from '#respond/service-principal-state.ts'

/** Enables an application that is disabled, whoever did that. */
export const enableServicePrincipal = defineAccountSwitch(
  {
    id: 'enable-service-principal',
    title: 'Enable application',
    recoverability:
      'The application gets tokens again, for all that it is allowed. Cordon can disable it again. It leaves the application that ' +
      'it signs in as alone, and Microsoft’s own.',
  },
  SERVICE_PRINCIPAL_ACCOUNT,
  true,
)
