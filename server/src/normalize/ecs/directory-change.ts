import { byOperation } from '#normalize/by-operation.ts'
import type { EventCategory, EventType, Meaning } from './categories.ts'

/**
 * What a change in the Entra directory means, from Microsoft's name of the activity (`Add member to group`). The audit log
 * and the directory's own log name activities alike.
 */
export const meaningOfChange: (activity: string) => Meaning = byOperation((activity) => {
  const [category, kind] = subjectOf(activity)
  const change = changeOf(activity)
  if (change === 'access' && category === 'iam') return { category: [category], type: kind ? [kind, 'info'] : ['info'] }
  return { category: [category], type: kind === undefined ? [change] : [kind, change] }
})

function subjectOf(activity: string): [EventCategory, EventType | undefined] {
  if (/app role assignment|permission grant|consent/i.test(activity)) return ['iam', undefined]
  if (/\brole\b|admin|directory settings/i.test(activity)) return ['iam', 'admin']
  if (/\bgroup\b/i.test(activity)) return ['iam', 'group']
  if (
    /application|service principal|polic|device|domain|company|owner|feature|bitlocker|named location/i.test(activity)
  ) {
    return /delegat|owner/i.test(activity) ? ['iam', undefined] : ['configuration', undefined]
  }
  return ['iam', 'user']
}

/** Joining or leaving something changes it; only the thing itself is created or deleted. */
function changeOf(activity: string): EventType {
  if (/member|owner|assignment|license|credential|consent|permission grant/i.test(activity)) return 'change'
  if (/^(?:hard )?(?:delete|remove)\b/i.test(activity)) return 'deletion'
  if (/^(?:read|get|view|download|recover device)\b/i.test(activity)) return 'access'
  return /^(?:add|create|invite|register)\b/i.test(activity) ? 'creation' : 'change'
}
