import { expect, it } from 'vitest'

import { attackMap, tacticsOf } from './attack.ts'

it('old and new names of tactics come to the same', () => {
  expect(tacticsOf(['defense-evasion', 't1564.008'])).toEqual(['stealth'])
  expect(tacticsOf(['defense_evasion', 't1562.008'])).toEqual(['defense-impairment'])
  expect(tacticsOf(['stealth', 'stealth', 'no-such-tactic'])).toEqual(['stealth'])
})

it('a rule stands under its own tactics at the techniques that serve them', () => {
  const rule = { attack: ['collection', 'stealth', 't1114.003', 't1564.008', 't9999'] }
  const map = attackMap([rule])
  const at = (tactic: 'collection' | 'stealth' | 'impact') => map.get(tactic)!.map(({ technique }) => technique)
  expect([at('collection'), at('stealth'), at('impact')]).toEqual([['T1114', 'T9999'], ['T1564', 'T9999'], []])
})

it('a rule without a technique, or without a tactic, is on the map all the same', () => {
  expect(attackMap([{ attack: ['impact'] }]).get('impact')).toMatchObject([{ technique: '' }])
  expect(attackMap([{ attack: ['t1566.002'] }]).get('initial-access')).toMatchObject([{ technique: 'T1566' }])
})
