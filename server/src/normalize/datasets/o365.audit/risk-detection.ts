import { setMeaning } from '#normalize/ecs/categories.ts'
import { textOf } from '#normalize/json.ts'
import { parseUser, nameOf } from '#normalize/steps/user.ts'
import type { Subject } from './subject.ts'

/** What Entra ID Protection finds odd about an account, as the audit log has it. A finding has no outcome. */
export const riskDetection: Subject = {
  name: 'risk-detection',
  recordTypes: [294],
  run(record, event) {
    const { audit, operation } = record
    setMeaning(event, { category: ['intrusion_detection'], type: ['info'] })
    event.event.kind = 'alert'
    const person = parseUser(audit.UserPrincipalName) ?? parseUser(audit.ObjectId) ?? record.actor
    const level = textOf(audit.RiskLevel)?.toLowerCase()
    if (person !== undefined) {
      record.target = person
      event.user = { ...record.actor, ...(level !== undefined && { risk: { static_level: level } }), target: person }
    }
    const risk = textOf(audit.RiskEventType) ?? textOf(audit.DetectionType) ?? (operation || 'a risk')
    const state = textOf(audit.RiskState)
    event.rule = { name: risk }
    event.message = `Entra ID Protection found ${risk} for ${nameOf(person) ?? 'an account'}${level === undefined ? '' : ` (${level})`}${
      state === undefined ? '' : `: ${state}`
    }.`
  },
}
