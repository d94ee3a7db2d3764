import { expect, it } from 'vitest'

import { shownTexts } from './shown-texts.ts'

it('says what a reader sees in place of each link', () => {
  const html = `<p>before <a href="https://evil.example/a?x=1&amp;y=2"> https://bank.example
    <b>log&nbsp;in</b></a> after <a href='https://evil.example/b'><img src=x alt="Invoice"></a>
    <a href="https://evil.example/empty"></a><a name=here>anchor</a>
    <a href="https://evil.example/open">never closed <a href="https://evil.example">next</a>
    <a href="evil.example/bare">bare</a>`
  expect([...shownTexts(html)]).toEqual([
    ['https://evil.example/a?x=1&y=2', 'https://bank.example log in'],
    ['https://evil.example/b', 'Invoice'],
    ['https://evil.example/open', 'never closed'],
    ['https://evil.example/', 'next'],
    ['http://evil.example/bare', 'bare'],
  ])
})

it('takes nonsense for text', () => {
  expect([...shownTexts('')]).toEqual([])
  expect([...shownTexts('<<<a href=>'.repeat(1000)).keys()]).toEqual([''])
})
