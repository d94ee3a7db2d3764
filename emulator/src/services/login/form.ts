import type { Request } from '#http/exchange.ts'

import { duplicatedParameter, missingParameter } from './errors.ts'

/**
 * Fields of a form; the client's id and secret may come in a Basic header instead, each URL-encoded.
 *
 * @throws LoginError 9000411.
 */
export function readForm(request: Request): URLSearchParams {
  const form = once(request.body.toString('utf8'))
  const basic = /^Basic\s+(.+)$/i.exec(request.headers['authorization'] ?? '')
  if (basic) {
    const [id, secret] = Buffer.from(basic[1]!, 'base64').toString('utf8').split(/:(.*)/s)
    const pair = new URLSearchParams(`client_id=${id ?? ''}&client_secret=${secret ?? ''}`)
    for (const [name, value] of pair) if (!form.has(name)) form.set(name, value)
  }
  return form
}

/** Parameters of which none may come twice. @throws LoginError 9000411. */
export function once(text: string): URLSearchParams {
  const parameters = new URLSearchParams(text)
  const seen = new Set<string>()
  for (const name of parameters.keys()) {
    if (seen.has(name)) throw duplicatedParameter(name)
    seen.add(name)
  }
  return parameters
}

/** @throws LoginError 900144. */
export function required(form: URLSearchParams, name: string): string {
  const value = form.get(name)
  if (!value) throw missingParameter(name)
  return value
}
