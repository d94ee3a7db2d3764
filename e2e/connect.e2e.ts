import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { look, openBrowser, openPage, signIn } from './testing/browser.ts'
import { chooseFeatures, enterSecret } from './testing/connect.ts'
import { type Product, startProduct, until } from './testing/product.ts'
import { readPhish } from './testing/truth.ts'

/** How a tenant comes to Cordon, step by step, and how one sees that nothing of it is missing. */
describe('an administrator', () => {
  let product: Product
  let browser: Browser
  let page: Page
  let errors: string[]
  let mailbox: string

  beforeAll(async () => {
    // A first collection asks for a week at once: the documented limit would make it take minutes.
    const generous = ['--throttle', 'x10']
    ;[product, browser] = await Promise.all([startProduct({}, generous), openBrowser()])
    ;({ page, errors } = await openPage(browser))
    mailbox = (await readPhish(product.emulator)).recipients[0]!.userPrincipalName
    await signIn(page, product.address, product.administrator)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  it('chooses features, of which a cloud may lack some, and is told what they need', async () => {
    await page.getByRole('link', { name: 'New connection' }).click()
    await page.getByLabel('Where the tenant is').selectOption('china')
    const missing = page.getByRole('checkbox', { name: 'Defender: alerts' })
    expect(await missing.isDisabled()).toBe(true)
    await page.getByText('Not in this cloud:').first().waitFor()
    await chooseFeatures(page, product, ['Phishing mailbox'])
    await page.getByText('ActivityFeed.ReadDlp').first().waitFor()
    expect(await page.getByRole('figure', { name: 'Azure CLI script' }).innerText()).toContain('Mail.Read')
    await page.getByRole('tab', { name: 'PowerShell' }).click()
    expect(await page.getByRole('figure', { name: 'PowerShell script' }).innerText()).toContain('Mail.Read')
    expect(await look(page, 'connect-1-plan-desktop')).toBe(0)
  })

  it('may split the rights over three registrations, and finds the choice again after a reload', async () => {
    await page.getByRole('checkbox', { name: /One each/ }).check()
    await page
      .getByRole('heading', { name: /App registration/ })
      .nth(1)
      .waitFor()
    await page.reload()
    await page
      .getByRole('heading', { name: /App registration/ })
      .nth(1)
      .waitFor()
    expect(await page.getByRole('checkbox', { name: /One each/ }).isChecked()).toBe(true)
    await page.getByRole('checkbox', { name: /One each/ }).uncheck()
    await page
      .getByRole('heading', { name: /App registration/ })
      .nth(1)
      .waitFor({ state: 'detached' })
  })

  it('is told of a filter that Microsoft refuses, in its words, before anything is saved', async () => {
    await enterSecret(page, product)
    await page.getByLabel('Mailbox', { exact: true }).fill(mailbox)
    await page.getByLabel('Filter (OData)').fill("subjekt eq 'phish'")
    await page.getByRole('button', { name: 'Check and connect' }).click()
    await page.getByText('1 feed would not work').waitFor()
    const problem = page.getByRole('alert').first()
    expect(await problem.innerText()).toMatch(/subjekt[\s\S]*To fix it:/)
    expect(new URL(page.url()).pathname).toBe('/connections/new')
    expect(await look(page, 'connect-2-refused-desktop')).toBe(0)
  })

  it('mends it, connects, and sees per feature and permission what works', async () => {
    await page.getByLabel('Filter (OData)').fill("contains(subject,'e')")
    await page.getByRole('button', { name: 'Check and connect' }).click()
    await page.getByRole('button', { name: 'Test again' }).waitFor()
    await page.getByRole('heading', { name: 'Features' }).waitFor()
    await page.getByText('Audit log: Exchange').first().waitFor()
    expect(await page.getByText('Blocked').count()).toBe(0)
    expect(await look(page, 'connect-3-test-desktop')).toBe(0)
  })

  it('watches the records arrive until every feed is current and every hour complete', async () => {
    await page.getByRole('link', { name: 'Open coverage' }).click()
    await page.getByRole('heading', { level: 1, name: 'Coverage' }).waitFor()
    await page.getByText('6 of 6').waitFor({ timeout: 180_000 })
    const windows = page.getByRole('toolbar', { name: 'Windows of Audit log: Exchange' })
    const complete = windows.getByRole('button', { name: /^complete/ })
    // A day touches 25 hours, of which the newest is never over.
    await until(async () => (await complete.count()) >= 24, 200_000)
    await complete
      .and(windows.getByRole('button', { name: /[1-9][\d,]* records? kept$/ }))
      .first()
      .waitFor()
    expect(await windows.getByRole('button', { name: /^gap/ }).count()).toBe(0)
    expect(await look(page, 'connect-4-coverage-desktop')).toBe(0)
  })

  it('goes along the windows with the keyboard and opens one, under an address that can be sent to a colleague', async () => {
    const windows = page.getByRole('toolbar', { name: 'Windows of Audit log: Exchange' })
    const before = windows.getByRole('button').nth(-2)
    await windows.getByRole('button').last().focus()
    await page.keyboard.press('ArrowLeft')
    expect(await before.evaluate((button) => button.ownerDocument.activeElement === button)).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Records' }).getByText('Read from Microsoft').waitFor()
    const address = page.url()
    await page.goto(address)
    await page.getByRole('region', { name: 'Records' }).getByText('Read from Microsoft').waitFor()
    expect(await before.getAttribute('aria-pressed')).toBe('true')
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await look(page, 'connect-5-window-phone')).toBe(0)
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  it('changes feeds and options of a connection that exists', async () => {
    await page.getByRole('link', { name: 'Connections' }).first().click()
    await page.getByRole('link', { name: product.emulator.tenants[0]!.name }).click()
    await page.getByRole('link', { name: 'Edit' }).click()
    expect(await page.getByLabel('Filter (OData)').inputValue()).toBe("contains(subject,'e')")
    await page.getByRole('checkbox', { name: 'Audit log: data loss prevention' }).uncheck()
    await page.getByRole('button', { name: 'Check and save' }).click()
    await page.getByText('5 feeds').waitFor()
    expect(errors).toEqual([])
  })
})
