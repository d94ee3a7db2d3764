import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { look, lookEveryWay, openBrowser, openPage, signIn } from './testing/browser.ts'
import { createWitness, type Witness } from './testing/graph.ts'
import { connectTenant, type Product, startProduct } from './testing/product.ts'
import { readPassword, readPhish } from './testing/truth.ts'

/** Somebody is locked out from where the name was seen, and let in again; a client that shares nothing with Cordon looks on. */
describe('a user of an event', () => {
  let product: Product
  let browser: Browser
  let page: Page
  let errors: string[]
  let witness: Witness
  let tenantId: string
  let user: string

  beforeAll(async () => {
    ;[product, browser] = await Promise.all([startProduct({}, ['--consistency', 'strong', '--no-live']), openBrowser()])
    ;({ page, errors } = await openPage(browser))
    tenantId = await connectTenant(product)
    witness = createWitness(product.emulator)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  it('is chosen in the document panel, and what may be done is told with the way back', async () => {
    await signIn(page, product.address, product.administrator)
    // Somebody of the company who holds no role: whoever opened a file and got the phish.
    const { recipients } = await readPhish(product.emulator)
    const query = `event.action : FileAccessed and (${recipients.map((each) => `user.email : "${each.userPrincipalName}"`).join(' or ')})`
    await page.goto(`${product.address}/tenants/${tenantId}/events?live=true&q=${encodeURIComponent(query)}`)
    const row = page.getByRole('table', { name: 'Events' }).locator('tbody tr').first()
    await row.waitFor({ timeout: 120_000 })
    await row.click()
    const respond = page.getByRole('button', { name: /^Respond: act on / }).first()
    user = (await respond.getAttribute('aria-label'))!.replace('Respond: act on ', '')
    expect(await witness.accountEnabled(user)).toBe(true)
    await respond.click()
    await page.getByRole('radio', { name: 'Disable user and end sessions' }).check()
    expect(await page.getByRole('radio', { name: 'Delete permanently' }).count()).toBe(0)
    expect(await page.getByRole('radio', { name: 'Disable forwarding rules of mailbox' }).count()).toBe(1)
    expect(await look(page, 'user-1-choose-desktop')).toBe(0)
    await page.getByRole('button', { name: 'Plan action' }).click()
    await page.getByText('Lock out 1 user (account disabled, sessions ended). Cordon can undo it.').waitFor()
    expect(await look(page, 'user-2-plan-desktop')).toBe(0)
    expect(await witness.accountEnabled(user)).toBe(true)
  })

  it('is locked out, and each step is proved', async () => {
    await page.getByRole('button', { name: 'Disable 1 user and end sessions' }).click()
    await page.getByText('Locked out 1 user').waitFor({ timeout: 60_000 })
    const row = page.getByRole('table', { name: 'Targets' }).getByRole('row').nth(1)
    expect(await row.innerText()).toMatch(/Verified[^]*Enabled[^]*The account is disabled\.[^]*Sessions from before/)
    await row.click()
    await page.getByRole('dialog', { name: user }).getByText('Was: Enabled').waitFor()
    expect(await look(page, 'user-4-target-desktop')).toBe(0)
    await page.keyboard.press('Escape')
    expect(await witness.accountEnabled(user)).toBe(false)
    expect(await lookEveryWay(page, 'user-3-proof')).toBe(0)
  })

  it('is let in again', async () => {
    await page.getByRole('button', { name: 'Undo…' }).click()
    await page.getByRole('button', { name: 'Put 1 user back' }).click()
    await page.getByText('Put back 1 user').waitFor({ timeout: 60_000 })
    expect(await witness.accountEnabled(user)).toBe(true)
  })

  it('gets a new password that this browser alone can show, once', async () => {
    // Microsoft lets an application set no password that is written back on premises.
    const { recipients } = await readPhish(product.emulator)
    const synced = await Promise.all(recipients.map((each) => witness.isSynced(each.userPrincipalName)))
    const { userPrincipalName: own } = recipients[synced.indexOf(false)]!
    await page.goto(`${product.address}/tenants/${tenantId}/users/${encodeURIComponent(own)}`)
    await page
      .getByRole('button', { name: /^Respond: act on / })
      .first()
      .click()
    await page.getByRole('radio', { name: 'Reset password of user' }).check()
    expect(await look(page, 'user-7-reset-desktop')).toBe(0)
    await page.getByRole('button', { name: 'Plan action' }).click()
    await page.getByRole('button', { name: /^Reset/ }).click()
    const show = page.getByRole('button', { name: 'Show 1 new password…' })
    await show.waitFor({ timeout: 60_000 })
    const path = `/api${new URL(page.url()).pathname}`
    const written = await page.evaluate(async (address) => (await fetch(address)).text(), path)
    expect(written).toContain('sealedPassword')
    await show.click()
    const dialog = page.getByRole('dialog', { name: 'New password' })
    const password = (await dialog.getByRole('definition').innerText()).trim()
    expect(password).toBe(await readPassword(product.emulator, own))
    expect(await look(page, 'user-8-password-desktop')).toBe(0)
    expect(written).not.toContain(password)
    await page.keyboard.press('Escape')
    await page.getByText('shown once').waitFor()
    await page.reload()
    await page.getByText('shown once').waitFor()
    expect(await show.count()).toBe(0)
  })

  it('can be acted on from an alert, too, on a phone and in the dark as well', async () => {
    await page.goto(`${product.address}/tenants/${tenantId}/alerts`)
    await page.getByRole('link', { name: 'User Reported Mail As Phishing' }).first().click()
    const users = page.getByRole('list', { name: 'Users' })
    await users
      .getByRole('button', { name: /^Respond: act on / })
      .first()
      .waitFor()
    for (const [colorScheme, width, what] of [
      ['light', 1440, 'desktop'],
      ['dark', 390, 'phone'],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 900 })
      expect(await look(page, `user-5-alert-${what}`)).toBe(0)
    }
    await users.getByRole('button').first().click()
    await page.getByRole('radio', { name: 'End sessions of user' }).waitFor()
    expect(await look(page, 'user-6-choose-phone')).toBe(0)
    expect(errors).toEqual([])
  })
})
