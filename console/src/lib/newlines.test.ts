import { describe, expect, it } from 'vitest'

import { newlinesIn } from './newlines.ts'

describe('lines in bytes', () => {
  it('are counted where they end', () => {
    const lines = (text: string) => newlinesIn(new TextEncoder().encode(text))
    expect(['', 'a', 'a\n', '\n\n', 'a\nb\r\nc'].map(lines)).toEqual([0, 0, 1, 2, 2])
  })
})
