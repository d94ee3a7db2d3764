/** Tokens and assertions have the same look: three base64url parts, the first a JSON object. */
const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g

/** `text` without tokens and without `secret`, in case a service quotes back what it was sent. */
export function redact(text: string, secret?: string): string {
  const withoutTokens = text.replace(JWT, '[token]')
  if (!secret) return withoutTokens
  return withoutTokens.replaceAll(secret, '[secret]').replaceAll(encodeURIComponent(secret), '[secret]')
}
