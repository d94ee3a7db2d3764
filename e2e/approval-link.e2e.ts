import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { lookEveryWay, openBrowser, openPage, signIn } from './testing/browser.ts'
import { addUser, connectTenant, type Product, startProduct } from './testing/product.ts'
import { readPhish } from './testing/truth.ts'

const BEN = { name: 'ben', role: 'responder', password: 'correct horse battery' }

/** One plans and sends a link; the other signs in where it leads, and is where the plan is. */
describe('a link for an approver', () => {
  let product: Product
  let browser: Browser
  let planner: Page
  let approver: Page
  let errors: string[]
  let tenantId: string

  beforeAll(async () => {
    const cloud = ['--consistency', 'strong', '--no-live']
    ;[product, browser] = await Promise.all([startProduct({ CORDON_APPROVAL_FROM: '1' }, cloud), openBrowser()])
    const pages = await Promise.all([openPage(browser), openPage(browser)])
    errors = pages[0].errors
    ;[planner, approver] = [pages[0].page, pages[1].page]
    tenantId = await connectTenant(product, [])
    await addUser(product, BEN)
    await planner.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await signIn(planner, product.address, product.administrator)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  it('is copied on the page of the plan, leads over the sign-in to it, and to its approval', async () => {
    const { recipients } = await readPhish(product.emulator)
    const user = encodeURIComponent(recipients[0]!.userPrincipalName)
    await planner.goto(`${product.address}/tenants/${tenantId}/users/${user}`)
    await planner.getByRole('button', { name: /^Respond: act on / }).click()
    await planner.getByRole('radio', { name: 'Disable user and end sessions' }).check()
    await planner.getByRole('button', { name: 'Plan action' }).click()
    await planner.getByRole('button', { name: 'Copy link for an approver' }).click()
    await planner.getByText('Link copied').waitFor()
    expect(await lookEveryWay(planner, 'approval-link-planner')).toBe(0)
    const link = await planner.evaluate<string>('navigator.clipboard.readText()')

    await signIn(approver, link, BEN)
    await approver.getByText('Planned by admin').waitFor()
    expect(await lookEveryWay(approver, 'approval-link-approver')).toBe(0)
    await approver.getByRole('button', { name: 'Approve 1 user' }).click()
    await approver.getByText('Approved by ben').waitFor()
    await planner.getByText('Approved by ben').waitFor()
    expect(errors).toEqual([])
  })
})
