import { AppError } from '#domain/errors.ts'

/** The longest piece of a destination's own words that is kept. */
const MAX_WORDS = 600

/** `text` as a destination said it, on one line and not too long, without the secrets it may have repeated. */
export function wordsOf(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((words, secret) => (secret === '' ? words : words.replaceAll(secret, '…')), text)
  const line = hidden.replaceAll(/\s+/g, ' ').trim()
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}…` : line
}

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|^ERR_TLS|^ERR_SSL/

/** The connection to `host` failed. */
export function connectionFault(what: string, host: string, error: unknown): AppError {
  const code = errorCode(error)
  if (UNTRUSTED.test(code)) {
    return new AppError({
      code: 'FORWARD_TLS_UNTRUSTED',
      what,
      why: `${host} identified itself with a certificate that is not trusted (${code}).`,
      fix: 'Give the authority that issued it as the destination’s setting `ca`, and the address with the name that stands in the certificate.',
      retry: 'backoff',
      cause: error,
    })
  }
  return new AppError({
    code: 'FORWARD_UNREACHABLE',
    what,
    why: `${host} did not answer, or broke off (${code}).`,
    fix: `Check that ${host} runs and can be reached from this machine (name resolution, firewall). What was not sent waits, and is sent when it answers.`,
    retry: 'backoff',
    cause: error,
  })
}

/** `ECONNREFUSED`, `UND_ERR_SOCKET`, …; of several addresses tried, the first one's. */
function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0])
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.message : String(error)
}
