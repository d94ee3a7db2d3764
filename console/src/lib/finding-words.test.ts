import type { Investigation } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { findingSentence } from './finding-words.ts'

const sentence = (changes: Partial<Investigation>) =>
  findingSentence({ method: 'auto', state: 'running', ...changes } as Investigation)

describe('what answered', () => {
  it('is named with what follows from it', () => {
    const finding = { source: 'message-trace', pairs: 23, complete: true, tried: [] } as const
    expect(sentence({ finding: { ...finding, tried: [] } })).toMatch(/^Message trace named 23 deliveries .* only those/)
    expect(sentence({ finding: { ...finding, tried: [], complete: false } })).toMatch(/may not know all.*every other/)
  })

  it('is not claimed before it has answered, nor where nothing did', () => {
    expect(sentence({})).toMatch(/are being asked/)
    expect(sentence({ state: 'stopped' })).toMatch(/were not asked/)
    expect(sentence({ finding: { source: 'none', pairs: 0, complete: false, tried: [] } })).toMatch(/did not answer/)
    expect(sentence({ method: 'scan' })).toMatch(/as was chosen/)
  })
})
