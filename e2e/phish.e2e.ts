import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { look, openBrowser, openPage, signIn } from './testing/browser.ts'
import { chooseFeatures, enterSecret } from './testing/connect.ts'
import { createWitness, type Witness } from './testing/graph.ts'
import { addUser, type Product, startProduct, until } from './testing/product.ts'
import { readPhish, type Phish } from './testing/truth.ts'

/** Whoever approves what the administrator plans, and plans what they approve. */
const COLLEAGUE = { name: 'ben', role: 'responder', password: 'another horse, another battery' }
/** What the story does with mail. */
const MAIL_ACTIONS = ['Move to Deleted Items', 'Delete permanently', 'Restore']
/** From so many messages on a second person must approve; the phish has 23. */
const FOUR_EYES_FROM = 20

/**
 * The story that Cordon is for: a mail is reported, every copy is found, moved away, put back, and at last removed for good.
 * One person plans at a desk, another approves on a phone, and then the other way round. What the console claims is checked in
 * the mailboxes by a client that shares nothing with Cordon.
 */
describe('a reported phish', () => {
  let product: Product
  let browser: Browser
  let page: Page
  let phone: Page
  let errors: string[]
  let witness: Witness
  let phish: Phish
  let sizes: Map<string, number>

  beforeAll(async () => {
    const settings = { CORDON_APPROVAL_FROM: String(FOUR_EYES_FROM) }
    ;[product, browser] = await Promise.all([startProduct(settings), openBrowser()])
    ;({ page, errors } = await openPage(browser))
    const second = await openPage(browser, { width: 390, height: 844, colorScheme: 'dark' })
    phone = second.page
    second.page.on('pageerror', (error) => errors.push(error.message))
    await addUser(product, COLLEAGUE)
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
    const connect = async (secret?: string) => {
      await chooseFeatures(page, product, MAIL_ACTIONS)
      await enterSecret(page, product, secret)
      await page.getByRole('button', { name: 'Check and connect' }).click()
    }
    await connect('not-the-secret')
    await page.getByText('AADSTS7000215').first().waitFor()
    await page.getByRole('button', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove 1 connection' }).click()
    await connect()
    await page.getByText('Healthy').first().waitFor()
    expect(await page.getByText('AADSTS').count()).toBe(0)
  })

  it('is seen on the overview, with the alert that its report made', async () => {
    await page.getByRole('link', { name: 'Overview' }).first().click()
    await page.getByRole('button', { name: 'Hunt' }).first().waitFor({ timeout: 120_000 })
    await page.getByText(phish.subject).first().waitFor()
    // Other alerts may have been there first: what comes later waits to be asked for.
    const [alert, later] = [
      page.getByText('User Reported Mail As Phishing'),
      page.getByRole('button', { name: /new alert/ }),
    ]
    await until(async () => {
      if (await later.isVisible()) await later.click()
      return alert.first().isVisible()
    }, 120_000)
    expect(await page.getByText(phish.sender).count()).toBeGreaterThan(0)
  })

  it('is hunted from its report, with the filter filled in and its cost told: 23 hits in 23 mailboxes', async () => {
    await page.getByRole('link', { name: 'Reports' }).first().click()
    await page.getByRole('button', { name: 'Hunt' }).first().click()
    expect(await page.getByRole('textbox', { name: /Internet message ID/ }).inputValue()).toBe(phish.internetMessageId)
    await page.getByText('Requests, at most').waitFor()
    // What people sent on is hunted by another investigation, further down.
    await page.getByRole('checkbox', { name: /Then follow what was found/ }).uncheck()
    expect(await look(page, 'story-1-hunt-desktop')).toBe(0)
    await page.getByRole('button', { name: 'Start investigation' }).click()
    await page.getByText('Done', { exact: true }).waitFor({ timeout: 120_000 })
    const hits = page.getByRole('table', { name: 'Hits' })
    for (const { userPrincipalName } of phish.recipients) await hits.getByText(userPrincipalName).first().waitFor()
    expect(await hits.getByRole('row').count()).toBe(1 + 23)
    expect(await look(page, 'story-2-hits-desktop')).toBe(0)
  })

  it('was forwarded, answered and clicked, says another hunt that follows what it finds', async () => {
    const before = page.url()
    await page.getByRole('link', { name: 'Reports' }).first().click()
    await page.getByRole('button', { name: 'Hunt' }).first().click()
    await page.getByText('Requests, at most').waitFor()
    expect(await page.getByRole('checkbox', { name: /Then follow what was found/ }).isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Start investigation' }).click()
    await page.getByRole('tab', { name: 'People' }).click()
    await page
      .getByText(`${phish.forwardedTo.length + 3} further copies found, 0 not reached.`)
      .waitFor({ timeout: 120_000 })
    const people = page.getByRole('table', { name: 'People' })
    await people.getByText(phish.recipients[0]!.userPrincipalName).waitFor()
    await page.getByText(`${23 + phish.forwardedTo.length} people:`).waitFor()
    expect(await look(page, 'story-people-desktop')).toBe(0)
    await people.getByText(phish.repliedBy).click()
    await page
      .getByRole('dialog')
      .getByText(/Sent a reply to/)
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await look(page, 'story-people-phone')).toBe(0)
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(before)
    await page.getByRole('table', { name: 'Hits' }).waitFor()
  })

  it('is read only with a reason, as text with no live link', async () => {
    await page.getByRole('table', { name: 'Hits' }).getByText(phish.subject).first().click()
    const drawer = page.getByRole('dialog')
    expect(await drawer.getByRole('button', { name: 'Look at the message' }).isDisabled()).toBe(true)
    await drawer.getByLabel('Why do you look at it?').fill('The reporter asks whether it is safe')
    await drawer.getByRole('button', { name: 'Look at the message' }).click()
    await drawer
      .getByText(/hxxps:/)
      .first()
      .waitFor()
    expect(await drawer.locator('a[href^="http"]').count()).toBe(0)
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
  })

  it('would be moved in all 23 mailboxes, says a shadow run, which moves nothing', async () => {
    const before = await copies()
    expect(before.size).toBe(23)
    sizes = await mailboxSizes()
    await chooseAction(page, /Deleted Items/, 'Shadow run')
    await page.getByText(/Would have moved 23 messages/).waitFor({ timeout: 120_000 })
    expect(await copies()).toEqual(before)
    expect(await look(page, 'story-3-shadow-desktop')).toBe(0)
  })

  it('is moved to Deleted Items in all 23 mailboxes only once a colleague has approved it, and put back', async () => {
    const before = await copies()
    await page.getByRole('button', { name: /^Plan: Move 23 messages/ }).click()
    await page.getByText(/a colleague .* must approve it/).waitFor()
    expect(await page.getByRole('button', { name: /^Move 23 messages/ }).count()).toBe(0)
    expect(await look(page, 'story-4-plan-desktop')).toBe(0)

    await signIn(phone, product.address, COLLEAGUE)
    await phone.getByRole('link', { name: 'Review' }).click()
    await phone.getByRole('button', { name: 'Approve 23 messages' }).click()
    await phone.getByRole('button', { name: /^Move 23 messages/ }).click()
    await phone.getByText('Done', { exact: true }).waitFor({ timeout: 120_000 })
    expect(await look(phone, 'story-5-proof-phone')).toBe(0)
    const moved = await copies()
    for (const { userPrincipalName } of phish.recipients) {
      expect(moved.get(userPrincipalName)).toBe(await witness.folderId(userPrincipalName, 'deleteditems'))
    }

    await phone.getByRole('button', { name: 'Undo…' }).click()
    await phone.getByRole('button', { name: /Put 23 messages back/ }).click()
    await phone.getByText('Undone', { exact: true }).first().waitFor({ timeout: 120_000 })
    // The first to say so is one message of the 23.
    await until(async () => isDeepStrictEqual(await copies(), before), 60_000)
    expect(await look(phone, 'story-6-undone-phone')).toBe(0)
    await phone.getByRole('link', { name: 'Back to the investigation' }).click()
  })

  it('is deleted for good in all 23 mailboxes, every one verified, and a separate Graph client finds none', async () => {
    await phone.getByRole('table', { name: 'Hits' }).waitFor()
    expect(await look(phone, 'story-7-hits-phone')).toBe(0)
    await chooseAction(phone, /^Delete permanently/, 'Plan action')
    await phone.getByText(/a colleague .* must approve it/).waitFor()
    expect(await look(phone, 'story-8-plan-phone')).toBe(0)

    await page.getByRole('link', { name: 'Overview' }).first().click()
    await page.getByRole('link', { name: 'Review' }).click()
    await page.getByRole('button', { name: 'Approve 23 messages' }).click()
    await page.getByRole('button', { name: 'Delete 23 messages permanently' }).click()
    await page.getByText('Done', { exact: true }).waitFor({ timeout: 120_000 })
    const targets = page.getByRole('table', { name: 'Targets' })
    await until(async () => ((await targets.innerText()).match(/verified/gi) ?? []).length >= 23, 30_000)
    expect(await look(page, 'story-9-proof-desktop')).toBe(0)
    expect((await copies()).size).toBe(0)
  })

  it('took one message from each of these mailboxes and no other', async () => {
    expect(await mailboxSizes()).toEqual(new Map([...sizes].map(([user, count]) => [user, count - 1])))
  })

  it('leaves as evidence: a table, and a timeline of who did what', async () => {
    await page.getByRole('link', { name: 'Back to the investigation' }).click()
    await page.getByRole('button', { name: 'Export' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Hits (CSV)' }).click(),
    ])
    expect(
      readFileSync(await download.path(), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(1 + 23)
    await page.getByRole('tab', { name: 'Timeline' }).click()
    const timeline = await page.getByRole('list', { name: 'Timeline' }).innerText()
    expect(timeline).toMatch(
      /admin planned a shadow run[^]*ben approved it[^]*ben planned an action[^]*admin approved it/,
    )
  })

  it('left no error on any page', () => {
    expect(errors).toEqual([])
  })
})

/** Chooses an action for all hits, and how to go on: with a plan, or a shadow run. */
async function chooseAction(page: Page, action: RegExp, how: 'Plan action' | 'Shadow run'): Promise<void> {
  await page.getByRole('button', { name: 'Choose action' }).click()
  await page.getByRole('radio', { name: action }).check()
  await page.getByRole('button', { name: how }).click()
  await page.getByRole('list', { name: 'Steps' }).waitFor()
}
