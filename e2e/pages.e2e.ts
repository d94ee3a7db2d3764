import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openBrowser, openPage } from './testing/browser.ts'
import { connectTenant, type Product, startProduct } from './testing/product.ts'

const SIZES = [
  { name: 'desktop', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
] as const
const SCHEMES = ['light', 'dark'] as const

/** Where the pictures go, for people to look at. */
const pictures = join(import.meta.dirname, 'screenshots')

describe('every page, at both sizes and in both themes', () => {
  let product: Product
  let browser: Browser
  let tenantId: string

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    ;[product, browser] = await Promise.all([startProduct(), openBrowser()])
    tenantId = await connectTenant(product)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  const cases = SIZES.flatMap((size) => SCHEMES.map((colorScheme) => ({ ...size, colorScheme })))

  it.each(cases)(
    '$name in $colorScheme fits, has one heading, and says nothing wrong',
    async ({ name, width, height, colorScheme }) => {
      const { page, errors } = await openPage(browser, { width, height, colorScheme })
      const picture = (what: string) => page.screenshot({ path: join(pictures, `${what}-${name}-${colorScheme}.png`) })
      await page.goto(product.address)
      await page.getByRole('button', { name: 'Sign in' }).waitFor()
      await picture('sign-in')
      await page.getByLabel('Name').fill(product.administrator.name)
      await page.getByLabel('Password').fill(product.administrator.password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Hunt' }).first().waitFor({ timeout: 120_000 })

      const tenant = `/tenants/${tenantId}`
      for (const [what, path, ready] of [
        ['overview', `${tenant}/overview`, () => page.getByRole('button', { name: 'Hunt' }).first()],
        ['events', `${tenant}/events`, () => page.getByRole('table', { name: 'Events' })],
        ['alerts', `${tenant}/alerts`, () => page.getByRole('table', { name: 'Alerts' })],
        ['investigations', `${tenant}/investigations`, () => page.getByRole('heading', { level: 1 })],
        [
          'new-investigation',
          `${tenant}/investigations/new`,
          () => page.getByRole('button', { name: 'Start investigation' }),
        ],
        ['connections', '/connections', () => page.getByRole('table', { name: 'Connections' })],
        ['new-connection', '/connections/new', () => page.getByRole('button', { name: 'Add and test' })],
        ['tokens', '/tokens', () => page.getByRole('button', { name: 'Create token' })],
      ] as const) {
        await page.goto(product.address + path)
        await ready().waitFor()
        await picture(what)
        expect({ what, overflow: await overflow(page) }).toEqual({ what, overflow: 0 })
        expect({ what, headings: await page.locator('h1').count() }).toEqual({ what, headings: 1 })
      }
      expect(errors).toEqual([])
      await page.context().close()
    },
  )

  it('an event is found by a query, and a fault in a query is shown at its character', async () => {
    const { page } = await signedIn()
    await page.goto(`${product.address}/tenants/${tenantId}/events`)
    await page.getByRole('table', { name: 'Events' }).waitFor()
    const query = page.getByRole('textbox', { name: 'Query' }).or(page.getByRole('combobox', { name: 'Query' }))
    await query.fill('event.action : UserSubmission')
    await query.press('Enter')
    await page
      .getByRole('table', { name: 'Events' })
      .getByText(/reported/)
      .first()
      .waitFor()
    await query.fill('event.action : (')
    await query.press('Enter')
    await page.getByRole('alert').first().waitFor()
    expect(await page.getByRole('alert').first().innerText()).toMatch(/character \d+/)
    await page.context().close()
  })

  it('a page that does not exist says so and leads back', async () => {
    const { page } = await signedIn()
    await page.goto(`${product.address}/no/such/page`)
    await page
      .getByRole('link', { name: /overview/i })
      .first()
      .waitFor()
    expect(await page.locator('h1').innerText()).not.toBe('')
    await page.context().close()
  })

  async function signedIn() {
    const opened = await openPage(browser)
    await opened.page.goto(product.address)
    await opened.page.getByLabel('Name').fill(product.administrator.name)
    await opened.page.getByLabel('Password').fill(product.administrator.password)
    await opened.page.getByRole('button', { name: 'Sign in' }).click()
    await opened.page.getByRole('link', { name: 'Events' }).first().waitFor()
    return opened
  }
})

/** Pixels by which the page is wider than its window. */
async function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
