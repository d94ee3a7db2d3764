import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Command } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'

import { addFilterOptions, filterOf, FilterOptions, nameOf } from './filter-options.ts'

const folder = mkdtempSync(join(tmpdir(), 'cordon-filter-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function read(...words: string[]) {
  const command = addFilterOptions(new Command().exitOverride())
  command.parse(words, { from: 'user' })
  return filterOf(FilterOptions.parse(command.opts()))
}

function saved(text: string): string {
  const file = join(folder, `${Math.random()}.json`)
  writeFileSync(file, text)
  return file
}

describe('a filter on the command line', () => {
  it('has a condition for each value of each option, all of which must hold', () => {
    expect(
      read('--from', 'bad.example', '--url', 'a.example', 'b.example', '--received-to', '2026-11-20T00:00:00Z'),
    ).toEqual({
      where: {
        logic: 'and',
        conditions: [
          { field: 'from', value: 'bad.example' },
          { field: 'url', value: 'a.example' },
          { field: 'url', value: 'b.example' },
        ],
      },
      receivedTo: '2026-11-20T00:00:00Z',
    })
  })

  it('takes any of them with --any', () => {
    expect(read('--any', '--hash', 'ff', '--subject', 'x').where.logic).toBe('or')
  })

  it('can be a file, with options beside it', () => {
    const where = { logic: 'or', conditions: [{ field: 'to', value: 'a.example', not: true }] }
    const file = saved(JSON.stringify({ where, receivedFrom: '2026-11-20T00:00:00Z' }))
    expect(read('--filter', file)).toEqual({ where, receivedFrom: '2026-11-20T00:00:00Z' })
    expect(read('--filter', file, '--from', 'bad.example').where).toEqual({
      logic: 'and',
      conditions: [{ field: 'from', value: 'bad.example' }, where],
    })
  })

  it('says what is wrong with a file', () => {
    const wrong = saved('{"where": {"logic": "and", "conditions": [{"field": "sender", "value": "x"}]}}')
    expect(() => read('--filter', wrong)).toThrow(
      expect.objectContaining({ code: 'CONFIG_VALUE_INVALID', message: expect.stringMatching(/field/) }),
    )
    expect(() => read('--filter', saved('{'))).toThrow(expect.objectContaining({ code: 'CONFIG_VALUE_INVALID' }))
    expect(() => read('--filter', join(folder, 'missing.json'))).toThrow(/ENOENT/)
  })

  it('gives an investigation without a name that of the first thing it looks for', () => {
    expect(nameOf(read('--subject', 'Invoice', '--url', 'bad.example'))).toBe('Invoice')
    expect(nameOf(read())).toBe('Mail hunt')
  })
})
