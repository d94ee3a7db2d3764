import { expect, it } from 'vitest'

import { objectId, observableId, uuidV5 } from './ids.ts'

it('makes name-based UUIDs as RFC 9562, appendix A.4, does', () => {
  expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
})

it('identifies an observable by its contributing properties in canonical JSON', () => {
  // uuid.uuid5(UUID('00abedb4-aa42-466c-9c23-fed23077a8ed'), '{"value":"198.51.100.3"}') in Python.
  expect(observableId('ipv4-addr', { value: '198.51.100.3' })).toBe('ipv4-addr--ba5c3118-abfe-5f38-938e-94e55b803910')
  expect(observableId('file', { name: 'a', hashes: { MD5: '00' } })).toBe(
    observableId('file', { hashes: { MD5: '00' }, name: 'a' }),
  )
})

it('tells parts apart that would read the same side by side', () => {
  expect(objectId('note', 'a', 'bc')).not.toBe(objectId('note', 'ab', 'c'))
})
