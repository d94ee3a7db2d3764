import { z } from 'zod'

/** An address to send to: https, or http to this very machine, where nobody listens on the way. */
export const HttpAddress = z
  .string()
  .max(2000)
  .refine((text) => URL.canParse(text) && /^https?:/i.test(text), 'an address that begins with https://')
  .refine(
    (text) => !URL.canParse(text) || new URL(text).protocol !== 'http:' || isLoopback(new URL(text).hostname),
    'https: over http anyone on the way could read the events and the secret (only this machine itself may be http)',
  )
  .refine(
    (text) => !URL.canParse(text) || new URL(text).username === '',
    'an address without a user name and a password',
  )

/** The authorities to trust, as PEM. */
export const Authority = z
  .string()
  .max(200_000)
  .refine(
    (text) => text === '' || text.includes('-----BEGIN CERTIFICATE-----'),
    'PEM that begins with -----BEGIN CERTIFICATE-----',
  )
  .default('')
  .describe('PEM of the only authorities to trust; those that this machine trusts when empty.')

/** `true` for names and addresses of this machine itself. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
