import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { look, openBrowser, openPage, signIn } from './testing/browser.ts'
import { addUser, connectTenant, type Product, startProduct } from './testing/product.ts'

const ANALYST = { name: 'ben', role: 'responder', password: 'another horse, another battery' }

/** An administrator stops all acting; everybody sees it; and the tenant tries an action as shadow before it trusts it. */
describe('what holds actions back', () => {
  let product: Product
  let browser: Browser
  let page: Page
  let errors: string[]
  let tenantId: string

  beforeAll(async () => {
    ;[product, browser] = await Promise.all([startProduct({}, ['--no-live']), openBrowser()])
    ;({ page, errors } = await openPage(browser))
    tenantId = await connectTenant(product)
    await addUser(product, ANALYST)
    await signIn(page, product.address, product.administrator)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  /** Both sizes, both themes; none is wider than its window. */
  async function pictures(what: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await look(page, `${what}-phone-${colorScheme}`)).toBe(0)
      await page.setViewportSize({ width: 1440, height: 900 })
      expect(await look(page, `${what}-desktop-${colorScheme}`)).toBe(0)
    }
  }

  it('is a stop of all acting, which a colleague sees on every page and cannot lift', async () => {
    await page.goto(`${product.address}/tenants/${tenantId}/action-runs`)
    await page.getByRole('button', { name: 'Stop all acting…' }).click()
    await page.getByLabel('Why').fill('The list of phished users is wrong.')
    await pictures('safeguards-stop')
    await page.getByRole('button', { name: 'Stop all acting', exact: true }).click()
    await page.getByText('All acting is stopped in this tenant').waitFor()
    await pictures('safeguards-stopped')

    const colleague = await openPage(browser)
    await signIn(colleague.page, product.address, ANALYST)
    await colleague.page.getByText('All acting is stopped in this tenant').waitFor()
    expect(await colleague.page.getByRole('button', { name: 'Let actions go on' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Let actions go on' }).click()
    await page.getByText('All acting is stopped').waitFor({ state: 'detached' })
    // Told over the stream, without a reload.
    await colleague.page.getByText('All acting is stopped').waitFor({ state: 'detached' })
    await colleague.page.context().close()
  })

  it('is a choice of actions that only run as shadow', async () => {
    await page.getByRole('button', { name: 'Shadow mode…' }).click()
    await page.getByRole('checkbox', { name: 'Disable user', exact: true }).check()
    await pictures('safeguards-shadow')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: '1 action only as shadow' }).waitFor()
    expect(errors).toEqual([])
  })
})
