import { describe, expect, it } from 'vitest'
import { AppError } from '#domain/errors.ts'
import type { JsonObject } from './json.ts'
import { normalizeRecord } from './normalize-record.ts'
import { RecordFault, defineNormalizer } from './normalizer.ts'

const define = (run: (source: { raw: JsonObject }) => void) =>
  defineNormalizer({
    dataset: 'test.records',
    title: 'Test records',
    open: { name: 'open', run: (value) => ({ raw: value as JsonObject }) },
    steps: [
      { name: 'first', run: (_, event) => (event.message = 'done') },
      (source) => ({ name: `chosen-${String(source.raw.kind)}`, run }),
    ],
  })

describe('a normalizer', () => {
  it('keeps a record that passes every step, with its text byte for byte', () => {
    const text = '{ "kind":  "a" }'
    expect(define(() => {}).normalize(text)).toEqual({
      outcome: 'kept',
      event: { '@timestamp': '', message: 'done', event: { id: '', dataset: 'test.records', kind: 'event' } },
      raw: { kind: 'a' },
      original: text,
    })
  })

  it('quarantines a record at the name of the step that threw, with the fault of the record', () => {
    const normalizer = define(() => {
      throw new RecordFault('The record has no head.')
    })
    expect(normalizer.normalize('{"kind":"a"}')).toEqual({
      outcome: 'quarantined',
      step: 'chosen-a',
      error: 'The record has no head.',
      original: '{"kind":"a"}',
    })
  })

  it('repeats nothing of the record when a step fails by a fault of its own, or the text is no JSON', () => {
    const normalizer = define(() => {
      throw new TypeError('secret-value is not a function')
    })
    expect(normalizer.normalize('{"kind":"a"}')).toMatchObject({ error: 'The step failed with TypeError.' })
    expect(normalizer.normalize('{"secret-value')).toMatchObject({
      step: 'parse',
      error: expect.not.stringMatching('secret'),
    })
  })

  it('does not type-check with a step that has no name', () => {
    const nameless = defineNormalizer({
      dataset: 'test.nameless',
      title: 'Nameless',
      open: { name: 'open', run: (value) => ({ raw: value as JsonObject }) },
      // @ts-expect-error A step says its name: the quarantine shows it.
      steps: [{ run: () => {} }],
    })
    expect(nameless.normalize('{}')).toMatchObject({ outcome: 'kept' })
  })
})

describe('normalizing by the name of the dataset', () => {
  it('takes a text, or a text with its value', () => {
    const text = '{"CreationTime":"2026-11-20T08:31:09","RecordType":6,"Operation":"FileAccessed"}'
    const result = normalizeRecord('o365.audit', text)
    expect(result.outcome).toBe('kept')
    expect(normalizeRecord('o365.audit', { text, value: JSON.parse(text) })).toEqual(result)
  })

  it('names the known datasets when it does not know one', () => {
    expect(() => normalizeRecord('o365.adit', '{}')).toThrow(AppError)
    expect(() => normalizeRecord('o365.adit', '{}')).toThrow(
      expect.objectContaining({ code: 'DATASET_NAME_UNKNOWN', fix: expect.stringContaining('o365.audit') }),
    )
  })
})
