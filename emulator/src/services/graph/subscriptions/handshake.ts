import { refused } from './target.ts'
import { isLoopback, post } from './webhook.ts'

/**
 * Whether an endpoint belongs to who gave it: it must answer with the token that it is sent, within ten seconds.
 *
 * @throws GraphError ValidationError.
 */
export async function shakeHands(address: string, requestId: string): Promise<void> {
  const url = readAddress(address)
  const token = `Validation: Testing client application reachability for subscription Request-Id: ${requestId}`
  url.search += `${url.search ? '&' : '?'}validationToken=${encodeURIComponent(token)}`
  const { status, contentType, body } = await post(url, '', 'text/plain; charset=utf-8')
  if (status === 0) throw failed('Subscription validation request timed out.')
  if (status !== 200)
    throw failed(
      'Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.',
    )
  if (!/^text\/plain\b/i.test(contentType) || body !== token)
    throw failed(
      'Subscription validation request failed. Must respond with the validation token as text/plain to this request.',
    )
}

/** @throws GraphError ValidationError for anything but an address on this machine. */
export function readAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw failed(`Notification URL '${address.slice(0, 200)}' is not a valid https address.`)
  if (!isLoopback(url))
    throw failed(
      `Subscription validation request failed. m365-emulator calls this machine only: give an address on localhost, 127.0.0.1 or [::1] in place of '${url.hostname}'.`,
    )
  return url
}

const failed = (message: string) => refused(message, 'ValidationError')
