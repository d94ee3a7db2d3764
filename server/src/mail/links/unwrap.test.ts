import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { unwrap } from './unwrap.ts'

const TARGET = 'https://bad.example/login?user=ana&x=1'
const coded = encodeURIComponent(TARGET)
const base64 = Buffer.from(TARGET).toString('base64')

/** As each vendor's documentation has its format. */
const WRAPPED: Record<string, string> = {
  'Safe Links': `https://emea01.safelinks.protection.outlook.com/?url=${coded}&data=05%7C02&sdata=x%3D&reserved=0`,
  'Safe Links of Teams': `https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url=${coded}&locale=en`,
  'Proofpoint v1': `https://urldefense.proofpoint.com/v1/url?u=${coded}&k=abc`,
  'Proofpoint v2':
    'https://urldefense.proofpoint.com/v2/url?u=https-3A__bad.example_login-3Fuser-3Dana-26x-3D1&d=DwMF&c=x&r=y',
  'Proofpoint v3': 'https://urldefense.com/v3/__https://bad.example/login?user=ana&x=1__;!!abc!def$',
  'Proofpoint v3, one character kept':
    'https://urldefense.com/v3/__https://bad.example/login?user=ana*x=1__;Jg!!abc!def$',
  'Proofpoint v3, a run kept': 'https://urldefense.com/v3/__https://bad.example/login**Aser=ana&x=1__;P3U!!abc!def$',
  'Proofpoint v3, a slash lost': 'https://urldefense.com/v3/__https:/bad.example/login?user=ana&x=1__;%21%21abc%21def',
  Barracuda: `https://linkprotect.cudasvc.com/url?a=${coded}&c=E,1,abc&typo=1`,
  Cisco: `https://secure-web.cisco.com/1abcDEF/${coded}`,
  Sophos: `https://eu-west-1.protection.sophos.com/?d=bad.example&u=${encodeURIComponent(base64)}&i=x`,
  FireEye: `https://protect2.fireeye.com/v1/url?k=1&q=1&e=1&u=${coded}`,
  Symantec: `https://clicktime.symantec.com/3AbC?u=${coded}`,
  'Trend Micro': `https://imsva91-ctp.trendmicro.com:443/wis/clicktime/v1/query?url=${coded}&umid=1`,
  Google: `https://www.google.com/url?q=${coded}&sa=D`,
  'Google of a country': `https://www.google.co.uk/url?sa=t&url=${coded}`,
  Bing: `https://www.bing.com/ck/a?!&&p=1&u=a1${Buffer.from(TARGET).toString('base64url')}&ntb=1`,
  Facebook: `https://l.facebook.com/l.php?u=${coded}&h=AT0`,
  LinkedIn: `https://www.linkedin.com/safety/go?url=${coded}&trk=x`,
  YouTube: `https://www.youtube.com/redirect?q=${coded}`,
  'Google Translate': 'https://bad-example.translate.goog/login?user=ana&x=1&_x_tr_sl=auto&_x_tr_tl=en',
}

describe('unwrap', () => {
  it.each(Object.entries(WRAPPED))('finds the target behind %s', (_, url) => {
    expect(unwrap(url)).toEqual([url, TARGET])
  })

  it('goes through one wrapper after another, and keeps each', () => {
    const inner = `https://www.google.com/url?q=${coded}`
    const outer = `https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent(inner)}`
    expect(unwrap(outer)).toEqual([outer, inner, TARGET])
  })

  it.each([
    'https://bad.example/?url=https%3A%2F%2Fgood.example',
    'https://safelinks.protection.outlook.com.bad.example/?url=https%3A%2F%2Fgood.example',
    'https://www.google.com/search?q=https%3A%2F%2Fgood.example',
    'https://emea01.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)',
    'https://protect-us.mimecast.com/s/AbCd?domain=bad.example',
    'https://urldefense.com/v3/__',
    'not a url',
  ])('leaves %s as it is', (url) => {
    expect(unwrap(url)).toEqual([url])
  })

  it('ends, also when a wrapper wraps itself', () => {
    let url = TARGET
    for (let i = 0; i < 30; i += 1) url = `https://www.google.com/url?q=${encodeURIComponent(url)}`
    expect(unwrap(url).length).toBeLessThanOrEqual(10)
  })

  it('gives back what Safe Links and Google wrap, whatever it is', () => {
    const law = fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
      const { href } = new URL(url)
      const wrappers = ['https://nam02.safelinks.protection.outlook.com/?url=', 'https://www.google.com/url?q=']
      return wrappers.every((wrapper) => unwrap(wrapper + encodeURIComponent(href))[1] === href)
    })
    expect(fc.check(law, { numRuns: 50 }).counterexample).toBeNull()
  })
})
