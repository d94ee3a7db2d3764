import type { EventType, Meaning } from '#normalize/ecs/categories.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { parseOutcome } from '#normalize/steps/outcome.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'

/**
 * What kind of thing an activity of Defender for Cloud Apps is. Its actions are those of some hundred applications: Microsoft's
 * operations for Microsoft 365 (`FileDownloaded`), other words for the rest. An action that says nothing known is of the web.
 */
export function meaningOfActivity(action: string, object?: string): Meaning {
  return meaningOf(`${action}\n${object ?? ''}`)
}

const meaningOf = byOperation((key): Meaning => {
  const [action = '', object = ''] = key.split('\n')
  if (/log(?:ged)?[ -]?(?:i|o)n|sign[ -]?in|UserLogg?edIn|UserLoginFailed/i.test(action)) {
    return { category: ['authentication'], type: ['start'] }
  }
  if (/log(?:ged)?[ -]?o(?:ut|ff)|sign[ -]?out/i.test(action)) return { category: ['authentication'], type: ['end'] }
  if (
    /inbox ?rule|mailbox|mail|message|send(?:as|onbehalf)?$|^(?:move|soft ?delete|hard ?delete|create)/i.test(action)
  ) {
    return /rule|permission|^set-|^new-|^add-/i.test(action)
      ? { category: ['email', 'configuration'], type: ['info', changeOf(action)] }
      : { category: ['email'], type: ['info'] }
  }
  if (/file|folder|document|page|share|sharing|download|upload|link/i.test(action) || /file|folder/i.test(object)) {
    return { category: ['file'], type: [changeOf(action)] }
  }
  if (/user|group|role|member|password|consent|principal|application|owner|license/i.test(action)) {
    const kind: EventType = /group/i.test(action) ? 'group' : 'user'
    const change = /member|role|owner|consent|license/i.test(action) ? 'change' : changeOf(action)
    return { category: ['iam'], type: [kind, change === 'access' ? 'info' : change] }
  }
  if (/^(?:set|new|remove|add|update|enable|disable|delete)\b/i.test(action)) {
    return { category: ['configuration'], type: [changeOf(action)] }
  }
  return { category: ['web'], type: ['info'] }
})

/** How it ended: what the application said of it, else what the name of a sign-in says (`UserLoginFailed`). */
export function outcomeOfActivity(action: string, result: unknown): Outcome {
  const said = parseOutcome(result)
  return said === 'unknown' ? (SIGN_INS[action.toLowerCase()] ?? 'unknown') : said
}

const SIGN_INS: Readonly<Record<string, Outcome>> = {
  userloggedin: 'success',
  userloginfailed: 'failure',
  'failed log on': 'failure',
}

/** A new link or reader is a change of permissions. */
function changeOf(action: string): EventType {
  if (/delet|remov|recycl/i.test(action)) return 'deletion'
  if (/link|shar|permission|invit/i.test(action)) return /used|accessed/i.test(action) ? 'access' : 'change'
  if (/creat|upload|new|^add|copied|copy/i.test(action)) return 'creation'
  if (/access|download|view|preview|read|open|search|sync/i.test(action)) return 'access'
  return 'change'
}
