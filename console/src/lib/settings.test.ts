import { describe, expect, it } from 'vitest'

import { changedOnly, settingsOf } from './settings.ts'

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

  it('of a feed have units, limits and lists', () => {
    const options = {
      required: ['mailbox'],
      properties: {
        mailbox: { type: 'string', format: 'email' },
        lookbackDays: { type: 'integer', minimum: 1, maximum: 180, default: 30 },
        pageSize: { type: 'integer', minimum: 0, maximum: 9_007_199_254_740_991, default: 100 },
        severities: { type: 'array', items: { type: 'string', enum: ['low', 'high'] }, default: [] },
        titles: { type: 'array', items: { type: 'string', minLength: 1 }, default: ['Test'] },
      },
    }
    expect(settingsOf({ options })).toEqual([
      { name: 'mailbox', label: 'Mailbox', kind: 'text', choices: [], initial: '', isNeeded: true },
      {
        name: 'lookbackDays',
        label: 'Lookback',
        kind: 'number',
        choices: [],
        initial: 30,
        unit: 'days',
        least: 1,
        most: 180,
      },
      { name: 'pageSize', label: 'Page size', kind: 'number', choices: [], initial: 100, least: 0 },
      { name: 'severities', label: 'Severities', kind: 'choices', choices: ['low', 'high'], initial: [] },
      { name: 'titles', label: 'Titles', kind: 'list', choices: [], initial: ['Test'] },
    ])
  })

  it('are kept only where they differ from their defaults', () => {
    const settings = settingsOf({
      options: {
        properties: {
          days: { type: 'integer', default: 30 },
          titles: { type: 'array', items: { type: 'string' }, default: [] },
          prelude: { type: 'boolean', default: false },
        },
      },
    })
    expect(changedOnly(settings, { days: '', titles: [], prelude: false })).toEqual({})
    expect(changedOnly(settings, { days: 7, titles: ['a'], prelude: true, unknown: 1 })).toEqual({
      days: 7,
      titles: ['a'],
      prelude: true,
      unknown: 1,
    })
  })
})
