import { expect, test } from 'vitest'

import { dlpExclusion, DlpOptions } from './rule-modes.ts'

const match = (...modes: (string | undefined)[]) =>
  JSON.stringify({ PolicyDetails: [{ Rules: modes.map((RuleMode) => ({ RuleName: 'Cards', RuleMode })) }] })
const exclusion = (...dlpRuleModes: string[]) => dlpExclusion(DlpOptions.parse({ dlpRuleModes }))

test.each([
  ['a rule in another mode', match('Audit only'), 'dlpRuleModes'],
  ["a rule in another mode, in the command's words", match('TestWithNotifications'), 'dlpRuleModes'],
  ['a rule in the mode that was chosen', match('Enforce'), undefined],
  ['a rule in that mode, as records say it', match('Enable'), undefined],
  ['several rules of which one is meant', match('AuditAndNotify', 'Enable'), undefined],
  ['a mode that nobody knows', match('Simulate'), undefined],
  ['a rule without a mode', match(undefined), undefined],
  ['a record without rules', '{"Operation":"DlpInfo"}', undefined],
])('%s', (_, record, setting) => {
  expect(exclusion('enforce')!(record)).toBe(setting)
})

test('with no mode chosen nothing is left out', () => {
  expect(exclusion()).toBeUndefined()
})
