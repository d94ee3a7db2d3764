import { expect, test } from 'vitest'

import type { AppError } from '#domain/errors.ts'

import { describeConfig, readConfig } from './config.ts'

test('without settings, everything has a default for one machine', () => {
  const config = readConfig({})
  expect(config).toMatchObject({ port: 8420, host: '127.0.0.1', pollMs: 60_000, adminName: 'admin' })
  expect(config.dataFolder).toMatch(/\/\.cordon$/)
  expect(config.keyFile).toBe(`${config.dataFolder}/cordon.key`)
  expect(config).not.toHaveProperty('postgresUrl')
})

test('an empty variable counts as absent', () => {
  expect(readConfig({ CORDON_PORT: '', CORDON_POSTGRES_URL: '' }).port).toBe(8420)
})

test('every problem is named at once, with what was found and what is allowed, and no secret', () => {
  const { code, why, fix } = fault({
    CORDON_PORT: 'eighty',
    CORDON_POLL_SECONDS: '0',
    CORDON_POSTGRES_URL: 'mysql://root:hunter2@db',
    CORDON_ADMIN_PASSWORD: 'short',
  })
  expect(code).toBe('CONFIG_VALUE_INVALID')
  expect(why).toContain('CORDON_PORT is "eighty"; allowed is a port number')
  expect(why).toContain('CORDON_POLL_SECONDS is "0"; allowed is a number of seconds, 1 to 3600')
  expect(why).toContain('postgres://')
  expect(why).not.toMatch(/hunter2|short/)
  expect(fix).toContain('CORDON_PORT, CORDON_POSTGRES_URL, CORDON_ADMIN_PASSWORD, CORDON_POLL_SECONDS')
})

const ID = '11111111-1111-4111-8111-111111111111'
const SIGN_ON = {
  CORDON_URL: 'https://cordon.example/',
  CORDON_SIGN_ON_CLIENT_ID: ID,
  CORDON_SIGN_ON_TENANTS: `Contoso=${ID.toUpperCase()}, ${ID.replaceAll('1', '2')}`,
  CORDON_SIGN_ON_SECRET: 'hunter2',
}

test('single sign-on is set up as a whole', () => {
  expect(readConfig(SIGN_ON)).toMatchObject({
    url: 'https://cordon.example',
    passwords: 'on',
    signOn: {
      clientId: ID,
      cloud: 'worldwide',
      secret: 'hunter2',
      directories: [
        { id: ID, name: 'Contoso' },
        { id: ID.replaceAll('1', '2'), name: ID.replaceAll('1', '2') },
      ],
    },
  })
  expect(readConfig({ ...SIGN_ON, CORDON_PASSWORDS: 'off' }).passwords).toBe('off')
  expect(readConfig({})).not.toHaveProperty('signOn')
})

test.each([
  ['CORDON_URL', { CORDON_URL: '' }],
  ['CORDON_URL', { CORDON_URL: 'http://cordon.example' }],
  ['CORDON_URL', { CORDON_URL: 'https://cordon.example/path' }],
  ['CORDON_URL', { CORDON_URL: 'https://who@cordon.example' }],
  ['CORDON_SIGN_ON_TENANTS', { CORDON_SIGN_ON_TENANTS: '' }],
  ['CORDON_SIGN_ON_TENANTS', { CORDON_SIGN_ON_TENANTS: `${ID},common` }],
  ['CORDON_SIGN_ON_CLIENT_ID', { CORDON_SIGN_ON_CLIENT_ID: 'cordon' }],
  ['CORDON_SIGN_ON_SECRET', { CORDON_SIGN_ON_SECRET: '' }],
  ['CORDON_SIGN_ON_SECRET', { CORDON_SIGN_ON_CERTIFICATE_FILE: 'both.pem' }],
  ['CORDON_PASSWORDS', { CORDON_SIGN_ON_CLIENT_ID: '', CORDON_PASSWORDS: 'off' }],
])('%s is complained of for %j, and the secret is not shown', (name, change) => {
  const { why, fix } = fault({ ...SIGN_ON, ...change })
  expect(fix).toContain(name)
  expect(why).not.toContain('hunter2')
})

test('every setting is described', () => {
  expect(describeConfig().filter(({ description }) => description === '')).toEqual([])
})

function fault(environment: Record<string, string>): AppError {
  try {
    readConfig(environment)
  } catch (error) {
    return error as AppError
  }
  throw new Error('It was accepted.')
}
