import { GRAPH } from '#world/resources.ts'
import type { Application } from '#world/applications.ts'

import { badUserScope, notConsented } from './sign-in-errors.ts'

/** What a person needs no administrator for. */
const ALLOWED = new Set(['openid', 'profile', 'email', 'offline_access', 'User.Read'])
const PREFIX = `${GRAPH.audience}/`

/**
 * Scopes asked for on behalf of a person, Graph's without its address. `.default` stands for everything that is allowed.
 *
 * @throws LoginError 70011 for none at all, 65001 for one that nobody has consented to.
 */
export function readScopes(application: Application, text: string): Set<string> {
  const scopes = text.split(/\s+/).filter(Boolean)
  if (scopes.length === 0) throw badUserScope(text)
  const short = scopes.map((scope) => (scope.startsWith(PREFIX) ? scope.slice(PREFIX.length) : scope))
  if (short.some((scope) => scope !== '.default' && !ALLOWED.has(scope)))
    throw notConsented(application.clientId, application.name)
  return new Set(short.flatMap((scope) => (scope === '.default' ? [...ALLOWED] : [scope])))
}
