import { expect, test } from 'vitest'

import { draftOf, newDraft, requestOf } from './destination-draft.ts'

const KIND = {
  id: 'webhook',
  title: 'Webhook',
  summary: 'POST.',
  options: {
    properties: {
      url: { type: 'string' },
      batchSize: { type: 'integer', default: 100 },
      ca: { type: 'string', default: '' },
    },
    required: ['url'],
  },
}
const FILTER = { events: true, datasets: ['o365.audit'], query: 'a : b', alerts: true }

test('what was not touched is sent as its default, and what is empty not at all', () => {
  const draft = { ...newDraft('webhook'), name: 'SOC', options: { url: 'https://soc.example', ca: '' }, secret: 's' }
  expect(requestOf(draft, KIND)).toEqual({
    name: 'SOC',
    kind: 'webhook',
    options: { url: 'https://soc.example', batchSize: 100 },
    secret: 's',
    filter: { events: true, datasets: [], query: '', alerts: false },
    from: 'now',
  })
})

test('a destination that is changed keeps what it has, and its secret unless another is typed', () => {
  const destination = {
    id: '1',
    name: 'SOC',
    kind: 'webhook',
    options: { url: 'https://soc.example', batchSize: 7 },
    hasSecret: true,
    filter: FILTER,
    isPaused: false,
    createdAt: '2026-11-20T08:00:00Z',
    delivered: 1,
    deadLetters: 0,
  }
  const request = requestOf(draftOf(destination), KIND)
  expect(request).toMatchObject({ options: destination.options, filter: FILTER })
  expect(request).not.toHaveProperty('secret')
})
