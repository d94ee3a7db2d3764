import type { Application } from '#world/applications.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'

import { escaped, page } from './pages.ts'
import { someAccounts } from './account.ts'
import type { LoginError } from './errors.ts'

/** How many people the page offers; everybody else types their name. */
const OFFERED = 12

export interface SignInPage {
  tenant: Tenant
  application: Application
  request: Request
  passwords: boolean
  /** To begin with in the field. */
  name: string
  /** What was wrong with the last try. */
  problem: LoginError | undefined
}

/** Two forms, one for a name typed in and one for a click: an empty field must not win over a button. */
export function signInPage({ tenant, application, request, passwords, name, problem }: SignInPage): Reply {
  const own = { user: undefined, password: undefined, cancel: undefined }
  const action = escaped(`${request.path}?${request.query.with(own)}`)
  const password = passwords
    ? '<p><label>Password <input type="password" name="password" autocomplete="current-password"></label></p>'
    : ''
  const offers = passwords ? '' : `<ul>${someAccounts(tenant, OFFERED).map(offer).join('')}</ul>`
  const alert = problem ? `<p role="alert">AADSTS${problem.number}: ${escaped(problem.message)}</p>` : ''
  return page(
    200,
    'Sign in',
    `<p>${escaped(application.name)} wants to know who you are in ${escaped(tenant.world.name)}.</p>${alert}
<form method="post" action="${action}"><p><label>Name to sign in with <input name="user" value="${escaped(name)}" autocomplete="username" required></label></p>${password}<p><button>Sign in</button></p></form>
<form method="post" action="${action}">${offers}<p><button name="cancel" value="1">Cancel</button></p></form>`,
  )
}

const offer = ({ displayName, userPrincipalName }: { displayName: string; userPrincipalName: string }) =>
  `<li><button name="user" value="${escaped(userPrincipalName)}">${escaped(displayName)}<br><small>${escaped(userPrincipalName)}</small></button></li>`
