import { expect, it } from 'vitest'

import { assembleRules } from '#detect/rule-set.ts'

import { whyNeverFires } from './can-fire.ts'

function why(service: string, detection: string, product = 'azure'): string | undefined {
  const text = `title: t\nlogsource: { product: ${product}, service: ${service} }\ndetection: ${detection}`
  return whyNeverFires(assembleRules([{ file: 'r.yml', text }]).rules[0]!)
}

it.each([
  ['pim', '{ s: { a: b }, condition: s }', 'does not collect'],
  ['riskdetection', '{ s: { riskTypus: x }, condition: s }', 'has the field riskTypus'],
  ['riskdetection', '{ s: { riskEventType: unlikelyTravell }, condition: s }', 'unlikelyTravell'],
  ['auditlogs', '{ s: { OperationName: Ad user }, condition: s }', '"Ad user"'],
  ['signinlogs', '{ s: { Username: UPN }, condition: s }', 'to replace by a user'],
  ['signinlogs', '{ s: { AuthenticationRequirement: twoFactor }, condition: s }', 'twoFactor'],
  ['signinlogs', '{ s: { location|expand: "%places%" }, condition: s }', '%places%'],
])('says why it can never fire: %s, %s', (service, detection, expected) => {
  expect(why(service, detection)).toContain(expected)
})

it.each([
  ['signinlogs', '{ s: { ResultTyp: 0 }, condition: s }'],
  ['riskdetection', '{ s: { riskEventType|contains: travel }, condition: s }'],
  ['riskdetection', '{ s: { riskEventType: [unlikelyTravell, newCountry] }, condition: s }'],
  ['riskdetection', '{ s: { riskState: atRisk }, f: { riskTypus: x }, condition: s and not f }'],
  ['auditlogs', '{ s: { OperationName: Update application – Certificates and secrets management }, condition: s }'],
  ['auditlogs', '{ s: { OperationName: Add eligible member (permanent) }, condition: s }'],
])('says nothing where it can fire: %s, %s', (service, detection) => {
  expect(why(service, detection)).toBeUndefined()
})

it('says nothing of the audit log, whose fields and operations nobody has listed', () => {
  expect(why('audit', '{ s: { Operation: Something-New, Whatever: 1 }, condition: s }', 'm365')).toBeUndefined()
})
