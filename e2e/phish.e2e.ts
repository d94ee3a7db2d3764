import { isDeepStrictEqual } from 'node:util'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openBrowser, openPage } from './testing/browser.ts'
import { createWitness, type Witness } from './testing/graph.ts'
import { type Product, startProduct, until } from './testing/product.ts'
import { readPhish, type Phish } from './testing/truth.ts'

/**
 * The story that Cordon is for: a mail is reported, every copy is found, moved away, put back, and at last removed for good.
 * What the console claims is checked in the mailboxes by a client that shares nothing with Cordon.
 */
describe('a reported phish', () => {
  let product: Product
  let browser: Browser
  let page: Page
  let errors: string[]
  let witness: Witness
  let phish: Phish
  let sizes: Map<string, number>

  beforeAll(async () => {
    ;[product, browser] = await Promise.all([startProduct(), openBrowser()])
    ;({ page, errors } = await openPage(browser))
    witness = createWitness(product.emulator)
    phish = await readPhish(product.emulator)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  /** Of the recipients, how many still have a copy in sight, and in which folders (by id). */
  const copies = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>()
    for (const { userPrincipalName } of phish.recipients) {
      for (const message of await witness.copies(userPrincipalName, phish.internetMessageId)) {
        found.set(userPrincipalName, message.parentFolderId)
      }
    }
    return found
  }

  const mailboxSizes = async (): Promise<Map<string, number>> => {
    const found = new Map<string, number>()
    for (const { userPrincipalName } of phish.recipients)
      found.set(userPrincipalName, await witness.count(userPrincipalName))
    return found
  }

  it('starts with signing in, which a wrong password does not do', async () => {
    await page.goto(product.address)
    await page.getByLabel('Name').fill(product.administrator.name)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Password').fill(product.administrator.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Connections' }).first().waitFor()
    expect(new URL(page.url()).pathname).not.toBe('/sign-in')
  })

  it('a wrong secret is told with Microsoft’s code, the right one connects the tenant', async () => {
    const tenant = product.emulator.tenants[0]!
    const application = tenant.applications.find(({ name }) => name === 'Cordon')!
    const connect = async (secret: string) => {
      await page.goto(`${product.address}/connections/new`)
      await page.getByLabel('Name').fill('Harbor & Finch')
      await page.getByLabel('Cloud').selectOption('emulated')
      await page.getByLabel('Directory (tenant) ID').fill(tenant.id)
      await page.getByLabel('Application (client) ID').fill(application.clientId)
      await page.getByLabel('Secret value').fill(secret)
      await page.getByRole('button', { name: 'Add and test' }).click()
    }
    await connect('not-the-secret')
    await page.getByText('AADSTS7000215').first().waitFor()
    await page.getByRole('button', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove 1 connection' }).click()
    await connect(application.secret)
    await page.getByText('Healthy').first().waitFor()
    expect(await page.getByText('AADSTS').count()).toBe(0)
  })

  it('is seen on the overview, with the alert that its report made', async () => {
    await page.getByRole('link', { name: 'Overview' }).first().click()
    await page.getByRole('button', { name: 'Hunt' }).first().waitFor({ timeout: 120_000 })
    await page.getByText(phish.subject).first().waitFor()
    await page.getByText('User Reported Mail As Phishing').first().waitFor()
    expect(await page.getByText(phish.sender).count()).toBeGreaterThan(0)
  })

  it('is hunted through all mailboxes: 23 hits in 23 mailboxes', async () => {
    await page.getByRole('button', { name: 'Hunt' }).first().click()
    await page.getByRole('button', { name: 'Start investigation' }).click()
    await page.getByText('Done', { exact: true }).waitFor({ timeout: 120_000 })
    const rows = page.getByRole('table', { name: 'Hits' }).getByRole('row')
    await until(async () => (await rows.count()) === 1 + 23, 30_000)
    const text = await page.getByRole('table', { name: 'Hits' }).innerText()
    expect(phish.recipients.filter(({ userPrincipalName }) => !text.includes(userPrincipalName))).toEqual([])
  })

  it('is moved to Deleted Items in all 23 mailboxes, and put back where it was', async () => {
    const before = await copies()
    expect(before.size).toBe(23)
    sizes = await mailboxSizes()
    await act(page, /Deleted Items/, /^Move 23 messages/)
    const moved = await copies()
    for (const { userPrincipalName } of phish.recipients) {
      expect(moved.get(userPrincipalName)).toBe(await witness.folderId(userPrincipalName, 'deleteditems'))
    }
    await page.getByRole('button', { name: 'Undo…' }).click()
    await page.getByRole('button', { name: /Put 23 messages back/ }).click()
    await page.getByText('Undone', { exact: true }).first().waitFor({ timeout: 120_000 })
    // The first to say so is one message of the 23.
    await until(async () => isDeepStrictEqual(await copies(), before), 60_000)
    await page.getByRole('link', { name: 'Back to the investigation' }).click()
  })

  it('is deleted for good in all 23 mailboxes, every one verified, and a separate Graph client finds none', async () => {
    await act(page, /permanently/i, /^Delete 23 messages permanently/)
    const targets = page.getByRole('table', { name: 'Targets' })
    await until(async () => ((await targets.innerText()).match(/verified/gi) ?? []).length >= 23, 30_000)
    expect((await copies()).size).toBe(0)
  })

  it('took one message from each of these mailboxes and no other', async () => {
    expect(await mailboxSizes()).toEqual(new Map([...sizes].map(([user, count]) => [user, count - 1])))
  })

  it('left no error on any page', () => {
    expect(errors).toEqual([])
  })
})

/** Plans an action on all hits, confirms its number and waits for the end. */
async function act(page: Page, action: RegExp, confirm: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Choose action' }).click()
  await page.getByRole('radio', { name: action }).check()
  await page.getByRole('button', { name: 'Plan action' }).click()
  await page.getByRole('button', { name: confirm }).click()
  await page.getByRole('heading', { level: 1, name: action }).waitFor()
  await page.getByText('Done', { exact: true }).waitFor({ timeout: 120_000 })
}
