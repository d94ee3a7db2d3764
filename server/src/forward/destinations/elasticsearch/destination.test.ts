import { describe, expect, it } from 'vitest'

import { POISON, startHttpReceiver } from '#forward/testing/receiver.ts'
import { testDestination } from '#forward/testing/test-destination.ts'

import { elasticsearch } from './destination.ts'

const SECRET = 'VGhlIGtleTpvZiBhIHRlc3Q='

testDestination(elasticsearch, {
  isSecure: true,
  refuses: true,
  faults: {
    busy: 'FORWARD_BUSY',
    down: 'FORWARD_BUSY',
    reset: 'FORWARD_UNREACHABLE',
    cut: 'FORWARD_UNREACHABLE',
    redirect: 'FORWARD_REDIRECTED',
    html: 'FORWARD_REPLY_UNREADABLE',
    refuse: 'FORWARD_REFUSED',
    'part-busy': 'FORWARD_BUSY',
  },
  start(certificate) {
    const ids = new Set<string>()
    return startHttpReceiver({
      certificate,
      secret: SECRET,
      options: (url) => ({ url, ca: certificate.cert }),
      handle({ request, body, taken, isStruck }) {
        if (request.url !== '/_bulk') return { status: 404, body: { error: 'no such route' } }
        const { authorization } = request.headers
        if (authorization !== `ApiKey ${SECRET}`) {
          return {
            status: 401,
            body: { error: { type: 'security_exception', reason: `unable to authenticate ${authorization}` } },
          }
        }
        const lines = body.split('\n').slice(0, -1)
        const items = Array.from({ length: lines.length / 2 }, (_, n) => {
          const { create } = JSON.parse(lines[2 * n]!) as { create: { _id: string; _index: string } }
          const document = JSON.parse(lines[2 * n + 1]!) as { event: { id: string }; labels?: object }
          if (create._id !== document.event.id || !/^logs-(o365\.audit|cordon\.test)-cordon$/.test(create._index)) {
            return { create: { status: 400, error: 'not as expected' } }
          }
          if (document.labels && POISON in document.labels) {
            return { create: { status: 400, error: { type: 'mapper_parsing_exception', reason: 'unfit labels' } } }
          }
          // The last is put off time and again; the others are taken at once.
          if (isStruck('part-busy') && 2 * n + 2 === lines.length) return { create: { status: 429, error: 'rejected' } }
          if (ids.has(create._id))
            return { create: { status: 409, error: { type: 'version_conflict_engine_exception' } } }
          ids.add(create._id)
          taken(document)
          return { create: { status: 201, result: 'created', _index: create._index } }
        })
        // As a real one: true for whatever was not created.
        return { status: 200, body: { took: 1, errors: items.some(({ create }) => create.status !== 201), items } }
      },
    })
  },
})

describe('options of elasticsearch', () => {
  it.each([
    'http://elastic.example:9200',
    'ftp://elastic.example',
    'https://user:password@elastic.example',
    'elastic:9200',
  ])('refuse the address %s', (url) => expect(elasticsearch.options.safeParse({ url }).success).toBe(false))

  it.each(['https://elastic.example:9200', 'http://127.0.0.1:9200', 'http://localhost:9200/base'])('take %s', (url) =>
    expect(elasticsearch.options.safeParse({ url }).success).toBe(true),
  )
})
