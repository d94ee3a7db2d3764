import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { childOf, escapeXml, readXml, textOf } from './xml.ts'

describe('readXml', () => {
  it('knows elements by their local names, with attributes and text', () => {
    const root = readXml('<?xml version="1.0"?><s:A x="1&lt;"><t:B> a &amp; &#98;<![CDATA[<c>]]></t:B><t:E/></s:A>')
    expect(root).toMatchObject({ name: 'A', attributes: { x: '1<' } })
    expect(textOf(root, 'B')).toBe('a & b<c>')
    expect(childOf(root, 'E')?.children).toEqual([])
    expect(childOf(root, 'B', 'C')).toBeUndefined()
  })

  it.each([
    ['nothing', '', 'no whole document'],
    ['text', 'abc', 'no whole document'],
    ['a document cut short', '<a><b>1</b>', 'no whole document'],
    ['two documents', '<a/><b/>', 'no whole document'],
    ['elements that cross', '<a><b>1</a></b>', 'not closed'],
    ['entities of its own', '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>', 'document type'],
    ['an external entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', 'document type'],
    ['elements nested without end', '<a>'.repeat(100_000), 'more than 64'],
    ['brackets only', '<'.repeat(1_000_000), 'no whole document'],
    ['a million elements and one', `<a>${'<b/>'.repeat(1_000_000)}</a>`, 'more than 1000000'],
  ])('refuses %s', (_, text, problem) => {
    expect(() => readXml(text)).toThrow(problem)
  })

  it('leaves an entity that it does not know as it is written', () => {
    expect(readXml('<x>&b; &lt;</x>').text).toBe('&b; <')
  })

  it('reads back any text that was escaped, but for characters that XML cannot hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const root = readXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`)
        const kept = text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
        expect([root.attributes['b'], root.text]).toEqual([kept, kept])
      }),
    )
  })
})
