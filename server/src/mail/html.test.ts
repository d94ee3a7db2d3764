import { describe, expect, it } from 'vitest'

import { readHtml } from './html.ts'
import { textUrls } from './links/text-urls.ts'

describe('readHtml', () => {
  it('gives the text as it is seen: words whole, blocks apart, nothing that is not shown', () => {
    const source =
      '<title>t</title><style>p{}</style><p>in<b>voi</b>ce &amp; <i>pay</i></p><div>n<!-- x -->ow</div><script>evil()</script>'
    expect(readHtml(source).text).toBe('invoice & pay\nnow')
  })

  it('finds whatever leads somewhere', () => {
    const source = `
      <base href="https://base.example/dir/"><a href="page">1</a><a href="  HTTPS://a.example/\tx\n">2</a>
      <area href="//b.example/"><form action="http://c.example/post"><button formaction="http://d.example">
      <iframe src="http://e.example/"></iframe><meta http-equiv="Refresh" content="0; URL='http://f.example/'">
      <svg><a xlink:href="http://g.example/"></a></svg><a href="https:&#x2f;&#x2f;h.example">3</a>
      <a href="i.example/x" originalsrc="http://j.example/">4</a><a href=http:\\\\k.example\\x>5</a>`
    expect(readHtml(source).urls).toEqual([
      'https://base.example/dir/page',
      'https://a.example/x',
      'https://b.example/',
      'http://c.example/post',
      'http://d.example/',
      'http://e.example/',
      'http://f.example/',
      'http://g.example/',
      'https://h.example/',
      'http://i.example/x',
      'http://j.example/',
      'http://k.example/x',
    ])
  })

  it('passes over pictures, scripts, other schemes and addresses that lead nowhere', () => {
    const source = `<img src="http://pixel.example/"><a href="javascript:alert(1)">x</a><a href="mailto:a@b.example">x</a>
      <a href="page.php/x">relative, read as a host</a><a href="#top">x</a><a href="/root">x</a><a href="data:text/html,x">x</a>`
    expect(readHtml(source).urls).toEqual(['http://page.php/x'])
  })
})

describe('textUrls', () => {
  it('finds what a mail client makes clickable, without the end of the sentence', () => {
    const text =
      'See (https://a.example/x_(1)), www.b.example! Or <http://c.example/?q=1>; 请看https://d.example/付款。谢谢'
    expect(textUrls(text)).toEqual([
      'https://a.example/x_(1',
      'http://www.b.example/',
      'http://c.example/?q=1',
      'https://d.example/%E4%BB%98%E6%AC%BE',
    ])
  })
})
