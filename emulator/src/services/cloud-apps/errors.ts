import type { Reply } from '#http/exchange.ts'

/** An error of Defender for Cloud Apps. Its bodies are not published; shipping clients read the status and show `detail`. */
export class CloudAppsError extends Error {
  readonly status: number
  readonly retryAfter: number | undefined

  constructor(status: number, message: string, retryAfter?: number) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
  }
}

export const cloudAppsErrorReply = ({ status, message, retryAfter }: CloudAppsError): Reply => ({
  status,
  headers: retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  body: { detail: message },
})

export const bad = (message: string) => new CloudAppsError(400, message)

export const notImplemented = (what: string) => new CloudAppsError(501, `m365-emulator does not implement ${what}.`)
