import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { defang, unlinked } from './defang.ts'

describe('defang', () => {
  it.each([
    ['Pay at https://evil.example/pay?a=b.', 'Pay at hxxps://evil[.]example/pay?a=b.'],
    ['HTTP://EVIL.EXAMPLE', 'HXXP://EVIL[.]EXAMPLE'],
    ['www.evil.example and mail ana@evil.example', 'www[.]evil[.]example and mail ana@evil[.]example'],
    ['https://192.0.2.1/x', 'hxxps://192.0.2.1/x'],
    ['javascript:alert(1)', 'javascript[:]alert(1)'],
    ['https://bücher.example', 'hxxps://bücher[.]example'],
    ['It cost 3.50. Then we left.', 'It cost 3.50. Then we left.'],
  ])('%j becomes %j', (text, safe) => expect(defang(text)).toBe(safe))

  it('leaves bare names in headers and of files', () => {
    const header = 'from mail.evil.example, see https://evil.example'
    expect(unlinked(header)).toBe('from mail.evil.example, see hxxps://evil.example')
    expect(unlinked('invoice\u202efdp.exe')).toBe('invoice[U+202E]fdp.exe')
  })

  it('shows what hides: control characters and turned reading direction', () => {
    expect(defang('invoice\u202efdp.exe')).toBe('invoice[U+202E]fdp[.]exe')
    expect(defang('\u001b[31mred\u001b[0m\u0007')).toBe('[U+001B][31mred[U+001B][0m[U+0007]')
    expect(defang('a\r\nb\tc\rd')).toBe('a\nb\tc\nd')
  })

  it('leaves no web address and no control character, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.webUrl(), fc.string({ unit: 'binary' })), { maxLength: 4 }), (parts) => {
        const safe = defang(parts.join(' '))
        expect(safe).not.toMatch(/\bhttps?:\/\//i)
        expect(safe).not.toMatch(/[^\P{Cc}\n\t]/u)
      }),
    )
  })
})
