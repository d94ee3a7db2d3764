import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { lookEveryWay, openBrowser, openPage, signIn } from './testing/browser.ts'
import { createWitness, type Witness } from './testing/graph.ts'
import { connectTenant, type Product, startProduct } from './testing/product.ts'

/** Mail that was held back wrongly is let out from where it was seen, and the rest is deleted; a client of its own looks on. */
describe('a message in quarantine', () => {
  let product: Product
  let browser: Browser
  let page: Page
  let errors: string[]
  let witness: Witness
  let tenantId: string

  beforeAll(async () => {
    const options = ['--consistency', 'strong', '--no-live']
    ;[product, browser] = await Promise.all([startProduct({}, options), openBrowser()])
    ;({ page, errors } = await openPage(browser))
    tenantId = await connectTenant(product, ['exchange.quarantine'])
    witness = createWitness(product.emulator)
    await signIn(page, product.address, product.administrator)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  /** Opens the panel of an event about a message that is held back; gives its internet message ID. */
  async function open(nth: number): Promise<string> {
    const query = 'event.dataset : o365.quarantine and event.action : NOTRELEASED'
    const events = `${product.address}/tenants/${tenantId}/events`
    await page.goto(`${events}?live=true&from=now-7d&q=${encodeURIComponent(query)}`)
    const row = page.getByRole('table', { name: 'Events' }).locator('tbody tr').nth(nth)
    await row.waitFor({ timeout: 120_000 })
    await row.click()
    const message = page.getByRole('button', { name: /^Go on with the message / })
    return (await message.getAttribute('aria-label'))!.replace('Go on with the message ', '')
  }

  const respond = () => page.getByRole('button', { name: /^Respond: act on the quarantined message/ })
  const plan = async (action: string) => {
    await respond().click()
    await page.getByRole('radio', { name: action }).check()
    expect(await lookEveryWay(page, `quarantine-choose-${action.slice(0, 6).toLowerCase()}`)).toBe(0)
    await page.getByRole('button', { name: 'Plan action' }).click()
  }
  const target = () => page.getByRole('table', { name: 'Targets' }).getByRole('row').nth(1)

  it('is released to its recipient, which is waited for', async () => {
    const id = await open(0)
    expect(await lookEveryWay(page, 'quarantine-event')).toBe(0)
    await plan('Release quarantined message')
    await page.getByText('Release 1 quarantined message to all recipients. Cordon cannot undo it.').waitFor()
    expect(await lookEveryWay(page, 'quarantine-plan')).toBe(0)
    const recipient = /\S+@\S+/.exec(await page.getByRole('main').innerText())![0]
    expect(await witness.copies(recipient, id)).toEqual([])
    await page.getByRole('button', { name: 'Release 1 quarantined message' }).click()
    await page.getByText('Released 1 quarantined message to all recipients').waitFor({ timeout: 120_000 })
    expect(await target().innerText()).toMatch(
      /Verified[^]*NOTRELEASED[^]*Released to \S+@\S+; in quarantine as RELEASED/,
    )
    expect(await lookEveryWay(page, 'quarantine-released')).toBe(0)
    expect(await witness.copies(recipient, id)).toHaveLength(1)
  })

  it('is deleted for good', async () => {
    await open(1)
    await plan('Delete quarantined message')
    await page.getByText('Delete 1 quarantined message for good. Cordon cannot undo it.').waitFor()
    await page.getByRole('button', { name: 'Delete 1 quarantined message' }).click()
    await page.getByText('Deleted 1 quarantined message for good').waitFor({ timeout: 60_000 })
    expect(await target().innerText()).toMatch(/Verified[^]*Quarantine has the message no more/)
    expect(errors).toEqual([])
  })
})
