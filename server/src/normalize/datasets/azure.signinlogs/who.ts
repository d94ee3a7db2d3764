import type { LogRecord } from '#normalize/azure/log-record.ts'
import { textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseIdentity, parseUser } from '#normalize/steps/user.ts'
import { kindOf } from './kind.ts'

/** Who signed in: the user, or the service principal that an application or a managed identity is in this tenant. */
export const who: Step<LogRecord> = {
  name: 'who',
  run(record, event) {
    const { properties, envelope, mentioned } = record
    const { userId, userPrincipalName, userDisplayName, servicePrincipalId, servicePrincipalName } = properties
    const isPerson = kindOf(record).who === 'person'
    const user = isPerson
      ? parseIdentity({ id: userId, upn: userPrincipalName, displayName: userDisplayName ?? envelope.identity })
      : parseIdentity({ id: servicePrincipalId, upn: servicePrincipalName, displayName: servicePrincipalName })
    if (user !== undefined) event.user = user
    // What was typed differs from the account where somebody signs in with an alias.
    mentioned.users.push(parseUser(properties.signInIdentifier)?.email)
    if (!isPerson) mentioned.users.push(textOf(properties.appId)?.toLowerCase())
  },
}
