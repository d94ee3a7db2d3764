/** What a person may do in Cordon; each role includes those before it. */
export const ROLES = ['viewer', 'analyst', 'responder', 'administrator'] as const
export type Role = (typeof ROLES)[number]

/** Rights that routes and commands declare, with the least role that has each. */
export const RIGHTS = {
  'overview.read': 'viewer',
  'event.read': 'viewer',
  'event.export': 'analyst',
  'search.write': 'viewer',
  'field.write': 'administrator',
  'retention.write': 'administrator',
  'alert.read': 'viewer',
  'alert.write': 'analyst',
  'rule.read': 'viewer',
  'rule.write': 'responder',
  'investigation.read': 'viewer',
  'investigation.write': 'analyst',
  'message.read': 'responder',
  'action.read': 'viewer',
  'action.plan': 'analyst',
  'action.approve': 'responder',
  'action.execute': 'responder',
  'connection.read': 'viewer',
  'connection.write': 'administrator',
  'coverage.read': 'viewer',
  'coverage.write': 'responder',
  'event.write': 'administrator',
  'forward.read': 'viewer',
  'forward.write': 'administrator',
  'token.write': 'viewer',
  'user.write': 'administrator',
} as const satisfies Record<string, Role>
export type Right = keyof typeof RIGHTS

/** True when `role` includes `right`. */
export function allows(role: Role, right: Right): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(RIGHTS[right])
}

export interface User {
  id: string
  name: string
  role: Role
  createdAt: string
}
