import type { Caller } from '#bearer.ts'
import type { Reply, Request } from '#http/exchange.ts'

import { badLanguage, badLanguageSyntax } from './errors.ts'

/** Kinds of sensitive information that DLP records name; three of the hundreds that Microsoft knows. */
const TYPES = [
  { id: '50842eb7-edc8-4019-85dd-5a5c1f2bb085', name: 'Credit Card Number' },
  { id: 'e7dc4711-11b7-4cb0-b88b-2c394a771f0e', name: 'International Banking Account Number (IBAN)' },
  { id: 'a44669fe-0d48-453d-a9b1-2cc83f2cba77', name: 'U.S. Social Security Number (SSN)' },
] as const

/** `GET resources/dlpSensitiveTypes`, in one language; there is none here but English. */
export function listSensitiveTypes(_: Caller, request: Request): Reply {
  const language = request.headers['accept-language']?.trim()
  if (language && language !== '*') {
    if (!/^[a-z]{1,8}(-[a-z\d]{1,8})*$/i.test(language)) throw badLanguageSyntax()
    if (!/^en(-|$)/i.test(language)) throw badLanguage()
  }
  return { status: 200, body: TYPES.map(({ id, name }) => ({ id, name })) }
}
