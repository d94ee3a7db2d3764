import { describe, expect, it } from 'vitest'

import type { MailFilter } from '#domain/investigation.ts'

import { cleanFilter, matches } from './filter.ts'

const message = {
  id: 'AAkALg1',
  parentFolderId: 'inbox',
  internetMessageId: '<7f1c+x@mx.bad.example>',
  subject: 'Überfällige RECHNUNG – Zahlung bis 20.11.',
  from: { emailAddress: { address: 'Billing@Bad-Pay.example' } },
  receivedDateTime: '2026-11-20T22:59:59Z',
}
const hit = (filter: MailFilter, change: Partial<Record<keyof typeof message, unknown>> = {}) =>
  matches(filter, { ...message, ...change } as typeof message)

describe('matches', () => {
  it('compares a sender’s address without case', () => {
    expect(hit({ sender: 'billing@BAD-PAY.example' })).toBe(true)
    expect(hit({ sender: 'billing@bad-pay.example.org' })).toBe(false)
    expect(hit({ sender: 'illing@bad-pay.example' })).toBe(false)
  })

  it('takes a sender without @ as the whole domain, never as a part or a parent of it', () => {
    expect(hit({ sender: 'BAD-pay.EXAMPLE' })).toBe(true)
    expect(hit({ sender: 'pay.example' })).toBe(false)
    expect(hit({ sender: 'example' })).toBe(false)
    expect(hit({ sender: 'bad_pay.example' }, { from: { emailAddress: { address: 'a@bad_pay.example' } } })).toBe(true)
  })

  it('knows an internationalized domain in both spellings', () => {
    const from = { emailAddress: { address: 'info@xn--mnchen-3ya.example' } }
    expect(hit({ sender: 'MÜNCHEN.example' }, { from })).toBe(true)
    expect(hit({ sender: 'info@münchen.example' }, { from })).toBe(true)
  })

  it('finds a piece of the subject in any script, composed or decomposed, without case', () => {
    expect(hit({ subject: 'überfällige rechnung' })).toBe(true)
    expect(hit({ subject: 'ÜBERFÄLLIGE'.normalize('NFD') })).toBe(true)
    expect(hit({ subject: 'срочно' }, { subject: 'СРОЧНО: оплата' })).toBe(true)
    expect(hit({ subject: '请立即' }, { subject: '通知：请立即付款' })).toBe(true)
    expect(hit({ subject: 'Rechnungen' })).toBe(false)
  })

  it('compares the message ID exactly, brackets and case included', () => {
    expect(hit({ internetMessageId: '<7f1c+x@mx.bad.example>' })).toBe(true)
    expect(hit({ internetMessageId: '<7F1C+x@mx.bad.example>' })).toBe(false)
    expect(hit({ internetMessageId: '7f1c+x@mx.bad.example' })).toBe(false)
  })

  it('includes both ends of the dates, in whatever zone they are written', () => {
    const subject = 'rechnung'
    expect(hit({ subject, receivedFrom: '2026-11-20T00:00:00+01:00', receivedTo: '2026-11-20T23:59:59+01:00' })).toBe(
      true,
    )
    expect(hit({ subject, receivedFrom: '2026-11-20T23:59:59+01:00' })).toBe(true)
    expect(hit({ subject, receivedFrom: '2026-11-20T22:59:59.001Z' })).toBe(false)
    expect(hit({ subject, receivedTo: '2026-11-20T23:59:58+01:00' })).toBe(false)
  })

  it('is no hit when the message lacks what the filter asks for', () => {
    expect(hit({ sender: 'bad-pay.example' }, { from: null })).toBe(false)
    expect(hit({ subject: 'x' }, { subject: null })).toBe(false)
    expect(hit({ internetMessageId: '<>' }, { internetMessageId: null })).toBe(false)
    expect(hit({ subject: 'rechnung', receivedFrom: '2020-01-01T00:00:00Z' }, { receivedDateTime: null })).toBe(false)
  })

  it('needs every part of the filter to hold', () => {
    expect(hit({ sender: 'bad-pay.example', subject: 'rechnung' })).toBe(true)
    expect(hit({ sender: 'bad-pay.example', subject: 'invoice' })).toBe(false)
    expect(hit({ sender: 'good.example', subject: 'rechnung' })).toBe(false)
  })
})

describe('cleanFilter', () => {
  it('refuses a filter that would match every message', () => {
    for (const empty of [
      {},
      { sender: '  ' },
      { subject: '' },
      { receivedFrom: '2026-11-20T00:00:00Z' },
      { sender: '@' },
    ]) {
      expect(() => cleanFilter(empty)).toThrow(expect.objectContaining({ code: 'INVESTIGATION_FILTER_MISSING' }))
    }
  })

  it('trims, reads @domain as the domain, and gives a message ID its brackets', () => {
    expect(cleanFilter({ sender: ' @bad.example ', subject: ' a b ', internetMessageId: 'x@y' })).toEqual({
      sender: 'bad.example',
      subject: 'a b',
      internetMessageId: '<x@y>',
    })
    expect(cleanFilter({ internetMessageId: '<x@y>' })).toEqual({ internetMessageId: '<x@y>' })
  })

  it('names every date that has no zone, and a span that is empty', () => {
    const dates = { receivedFrom: '2026-11-20', receivedTo: '2026-11-21T00:00:00' }
    expect(() => cleanFilter({ subject: 'x', ...dates })).toThrow(
      /receivedFrom is “2026-11-20”\. receivedTo is “2026-11-21T/,
    )
    const reversed = { receivedFrom: '2026-11-20T10:00:00+02:00', receivedTo: '2026-11-20T07:59:59Z' }
    expect(() => cleanFilter({ subject: 'x', ...reversed })).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    )
  })
})
