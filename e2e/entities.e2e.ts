import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { lookEveryWay, openBrowser, openPage, signIn } from './testing/browser.ts'
import { deviceName } from './testing/defender.ts'
import { createWitness } from './testing/graph.ts'
import { connectTenant, type Product, startProduct } from './testing/product.ts'
import { readConsent, readPhish } from './testing/truth.ts'

/** From wherever a user, device or address shows to how it stands, and to what can be done. */
describe('who and what events are about', () => {
  let product: Product
  let browser: Browser
  let page: Page
  let errors: string[]
  let tenantId: string

  beforeAll(async () => {
    const cloud = ['--consistency', 'strong', '--no-live', '--scenario', 'phish-campaign', 'oauth-consent']
    ;[product, browser] = await Promise.all([startProduct({}, cloud), openBrowser()])
    ;({ page, errors } = await openPage(browser))
    tenantId = await connectTenant(product)
    await signIn(page, product.address, product.administrator)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  it('leads from an event to the page of its user, which shows how the account stands', async () => {
    const { recipients } = await readPhish(product.emulator)
    const query = `event.action : FileAccessed and (${recipients.map((each) => `user.email : "${each.userPrincipalName}"`).join(' or ')})`
    await page.goto(`${product.address}/tenants/${tenantId}/events?live=true&q=${encodeURIComponent(query)}`)
    const row = page.getByRole('table', { name: 'Events' }).locator('tbody tr').first()
    await row.waitFor({ timeout: 120_000 })
    await row.click()
    expect(await lookEveryWay(page, 'entity-event')).toBe(0)
    await page
      .getByRole('button', { name: /^Go on with the user / })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Open the user' }).click()
    const now = page.getByRole('region', { name: 'Now' })
    await now.getByText('Enabled').waitFor()
    await page.getByRole('region', { name: 'Newest events' }).getByRole('link').nth(1).waitFor()
    expect(await page.getByRole('table', { name: 'Actions' }).count()).toBe(0)
    expect(await lookEveryWay(page, 'entity-user')).toBe(0)
  })

  it('plans an action there, and shows what was done and how the account stands after it', async () => {
    const address = page.url()
    await page.getByRole('button', { name: /^Respond: act on / }).click()
    await page.getByRole('radio', { name: 'Disable user and end sessions' }).check()
    await page.getByRole('button', { name: 'Plan action' }).click()
    await page.getByRole('button', { name: 'Disable 1 user and end sessions' }).click()
    await page.getByText('Locked out 1 user').waitFor({ timeout: 60_000 })
    await page.goto(address)
    await page.getByRole('region', { name: 'Now' }).getByText('Disabled').waitFor()
    await page
      .getByRole('table', { name: 'Actions' })
      .getByText(/^Lock out 1 user/)
      .waitFor()
    expect(await createWitness(product.emulator).accountEnabled(decodeURIComponent(address.split('/').at(-1)!))).toBe(
      false,
    )
    expect(await lookEveryWay(page, 'entity-user-disabled')).toBe(0)
  })

  it('shows a device as Defender holds it, with what can be done', async () => {
    const name = await deviceName(product.emulator)
    await page.goto(`${product.address}/tenants/${tenantId}/devices/${encodeURIComponent(name)}`)
    await page.getByRole('region', { name: 'Now' }).getByText('Connected').waitFor()
    expect(await lookEveryWay(page, 'entity-device')).toBe(0)
    await page.getByRole('button', { name: /^Respond: act on / }).click()
    await page.getByRole('radio', { name: 'Isolate device' }).check()
    expect(await lookEveryWay(page, 'entity-device-choose')).toBe(0)
    expect(errors).toEqual([])
  })

  it('leads from a consent over the application and its alert to what ends it', async () => {
    const { application, victim } = await readConsent(product.emulator)
    const query = `event.action : "Consent to application" and user.email : "${victim}"`
    await page.goto(`${product.address}/tenants/${tenantId}/events?live=true&q=${encodeURIComponent(query)}`)
    const row = page.getByRole('table', { name: 'Events' }).locator('tbody tr').first()
    await row.waitFor({ timeout: 120_000 })
    await row.click()
    await page.getByRole('button', { name: `Respond: act on ${application}` }).waitFor()
    expect(await lookEveryWay(page, 'entity-consent')).toBe(0)
    await page.getByRole('button', { name: `Go on with the application ${application}` }).click()
    await page.getByRole('menuitem', { name: 'Open the application' }).click()
    const now = page.getByRole('region', { name: 'Now' })
    await now.getByText('Another tenant').waitFor()
    await now.getByText('1 user').waitFor()
    await page.getByRole('region', { name: 'Newest events' }).getByRole('link').nth(1).waitFor()
    const address = page.url()
    expect(await lookEveryWay(page, 'entity-application')).toBe(0)

    await page
      .getByRole('link', { name: /Consents To Application/ })
      .first()
      .click()
    const applications = page.getByRole('list', { name: 'Applications' })
    await applications.getByRole('link', { name: application }).waitFor()
    expect(await lookEveryWay(page, 'entity-application-alert')).toBe(0)
    await applications.getByRole('button', { name: `Respond: act on ${application}` }).click()
    await page.getByRole('radio', { name: 'Disable application' }).check()
    await page.getByRole('button', { name: 'Plan action' }).click()
    await page.getByRole('button', { name: 'Disable 1 application' }).click()
    await page.getByText('Disabled 1 application').waitFor({ timeout: 60_000 })
    await page.goto(address)
    await now.getByText('Disabled').waitFor()
    expect(errors).toEqual([])
  })
})
