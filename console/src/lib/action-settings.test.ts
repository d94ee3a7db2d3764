import { describe, expect, it } from 'vitest'

import { settingsOf } from './action-settings.ts'

describe('settings of an action', () => {
  it('are asked for as their schema says, with its defaults', () => {
    const options = {
      type: 'object',
      properties: {
        category: { type: 'string', default: 'Phishing', description: 'Name of the category.' },
        purgeType: { type: 'string', enum: ['soft', 'hard'] },
        banner: { type: 'boolean', default: false },
        limits: { type: 'object' },
      },
    }
    expect(settingsOf({ options })).toEqual([
      {
        name: 'category',
        label: 'Category',
        kind: 'text',
        choices: [],
        initial: 'Phishing',
        hint: 'Name of the category.',
      },
      { name: 'purgeType', label: 'Purge type', kind: 'choice', choices: ['soft', 'hard'], initial: 'soft' },
      { name: 'banner', label: 'Banner', kind: 'yes-no', choices: [], initial: false },
    ])
  })

  it('are none where the action has none', () => {
    expect(settingsOf({})).toEqual([])
    expect(settingsOf({ options: { type: 'object' } })).toEqual([])
  })
})
