import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { lookEveryWay, openBrowser, openPage, signIn } from './testing/browser.ts'
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

  it('is a stop of all acting, which a colleague sees on every page and cannot lift', async () => {
    await page.goto(`${product.address}/tenants/${tenantId}/action-runs`)
    await page.getByRole('button', { name: 'Stop all acting…' }).click()
    await page.getByLabel('Why').fill('The list of phished users is wrong.')
    expect(await lookEveryWay(page, 'safeguards-stop')).toBe(0)
    await page.getByRole('button', { name: 'Stop all acting', exact: true }).click()
    await page.getByText('All acting is stopped in this tenant').waitFor()
    expect(await lookEveryWay(page, 'safeguards-stopped')).toBe(0)

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
    expect(await lookEveryWay(page, 'safeguards-shadow')).toBe(0)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: '1 action only as shadow' }).waitFor()
    expect(errors).toEqual([])
  })
})
