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
