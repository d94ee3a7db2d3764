import { AUDIT_LISTS } from './audit.ts'
import { OUTCOME } from './outcome.ts'
import { at, type EventStream, together } from './source.ts'

/**
 * What Microsoft's list of error codes says of a code; the failure reason of a record is worded differently and changes.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */
const ERRORS = {
  '50053': ['IdsLocked'],
  '50055': ['InvalidPasswordExpiredPassword'],
  '50057': ['UserDisabled', 'User account is disabled. The account has been disabled by an administrator.', 'Failure'],
  '50072': ['UserStrongAuthEnrollmentRequiredInterrupt'],
  '50074': ['UserStrongAuthClientAuthNRequiredInterrupt', 'Strong Auth required'],
  '50076': ['UserStrongAuthClientAuthNRequired'],
  '50097': ['DeviceAuthenticationRequired', 'Device authentication is required'],
  '50126': ['InvalidUserNameOrPassword', 'Invalid username or password'],
  '50155': ['DeviceAuthenticationFailed'],
  '50158': ['ExternalSecurityChallenge', 'ExternalSecurityChallenge - External security challenge was not satisfied'],
  '53000': ['DeviceNotCompliant'],
  '53003': ['BlockedByConditionalAccess', 'Blocked by Conditional Access'],
  '65004': ['UserDeclinedConsent'],
  '500121': [
    'AuthenticationFailedDuringStrongAuthenticationRequest',
    'Authentication failed during strong authentication request',
  ],
}
const PROTOCOLS = { devicecode: ['Device Code'], ropc: ['ROPC'] }
const TRANSFERS = { devicecodeflow: ['Device Code'] }
const CLIENTS = {
  'other clients': ['Other client'],
  imap4: ['IMAP'],
  pop: ['POP3'],
  'mapi over http': ['MAPI'],
  'authenticated smtp': ['SMTP'],
}

/** Entra's sign-in logs, of all kinds. */
export const SIGN_INS: EventStream = {
  dataset: 'azure.signinlogs',
  roots: [
    ['azure', 'signinlogs', 'properties'],
    ['azure', 'signinlogs'],
  ],
  lists: [],
  aliases: {
    ...together(['ResultType'], properties('status.errorCode'), at('azure.signinlogs.resultType')),
    ...together(
      ['ResultDescription'],
      properties('status.failureReason'),
      properties('status.additionalDetails'),
      at('azure.signinlogs.resultDescription'),
      properties('status.errorCode', ERRORS),
    ),
    ...together(
      ['Status'],
      at('event.outcome', { words: OUTCOME }),
      properties('status.additionalDetails'),
      properties('status.failureReason'),
    ),
    ...together(['ActivityDetails'], at('event.action', { words: { 'sign-in activity': ['Sign-ins'] } })),
    ...together(['ClientApp', 'ClientAppUsed'], properties('clientAppUsed'), properties('clientAppUsed', CLIENTS)),
    ...together(['Username', 'UserPrincipalName'], properties('userPrincipalName'), at('user.email')),
    ...together(['Location'], properties('location.countryOrRegion'), at('azure.signinlogs.location')),
    ...together(['callerIpAddress', 'IPAddress'], at('source.ip')),
    ...together(
      ['properties.message', 'message'],
      properties('authenticationProtocol', PROTOCOLS),
      properties('originalTransferMethod', TRANSFERS),
    ),
    ...together(['NetworkLocationDetails'], properties('networkLocationDetails'), {
      path: ['azure', 'signinlogs', 'properties', 'networkLocationDetails'],
      read: 'json',
    }),
  },
}

function properties(path: string, words?: Record<string, readonly string[]>) {
  return at(`azure.signinlogs.properties.${path}`, words && { words })
}

/** The same sign-ins as the audit log has them: fewer facts, and without a licence for Entra's logs. */
export const AUDITED_SIGN_INS: EventStream = {
  dataset: 'o365.audit',
  when: { path: ['event', 'code'], values: ['AzureActiveDirectoryStsLogon'] },
  roots: [['o365', 'audit']],
  lists: AUDIT_LISTS,
  aliases: {
    ...together(['ResultType'], at('o365.audit.ErrorNumber')),
    ...together(['ResultDescription'], at('o365.audit.LogonError'), at('o365.audit.ErrorNumber', { words: ERRORS })),
    ...together(['Status'], at('event.outcome', { words: OUTCOME }), at('o365.audit.LogonError')),
    ...together(['ActivityDetails'], at('event.kind', { words: { event: ['Sign-ins'] } })),
    ...together(['Username', 'UserPrincipalName', 'Identity'], at('user.email'), at('o365.audit.UserId')),
    ...together(['callerIpAddress', 'IPAddress'], at('source.ip')),
    ...together(['UserAgent'], at('user_agent.original')),
    ...together(['AppId'], at('o365.audit.ApplicationId')),
    ...together(['ResourceId'], at('o365.audit.ObjectId')),
    ...together(['Id'], at('o365.audit.IntraSystemsId')),
    ...together(['CorrelationId'], at('o365.audit.InterSystemsId')),
    ...together(['SessionId'], at('o365.audit.DeviceProperties.SessionId')),
    ...together(['DeviceDetail.deviceId'], at('o365.audit.DeviceProperties.Id')),
    ...together(['DeviceDetail.displayName'], at('o365.audit.DeviceProperties.DisplayName')),
    ...together(['DeviceDetail.operatingSystem'], at('o365.audit.DeviceProperties.OS')),
    ...together(['DeviceDetail.trustType'], at('o365.audit.DeviceProperties.TrustType')),
    ...together(['DeviceDetail.isCompliant'], at('o365.audit.DeviceProperties.IsCompliant')),
  },
}
