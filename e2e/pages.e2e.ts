import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { look, openBrowser, openPage, signIn } from './testing/browser.ts'
import { connectTenant, type Product, startProduct, until } from './testing/product.ts'
import { readPhish } from './testing/truth.ts'

const SIZES = [
  { name: 'desktop', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
] as const
const SCHEMES = ['light', 'dark'] as const

describe('every page, at both sizes and in both themes', () => {
  let product: Product
  let browser: Browser
  let tenantId: string

  beforeAll(async () => {
    ;[product, browser] = await Promise.all([startProduct(), openBrowser()])
    tenantId = await connectTenant(product)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  it.each(SIZES)(
    'of the size of a $name fits in both themes, has one heading, and says nothing wrong',
    async ({ name, width, height }) => {
      const { page, errors } = await openPage(browser, { width, height })
      /** By how many pixels the page is too wide, in the theme where that is most. */
      const picture = async (what: string): Promise<number> => {
        const overflow: number[] = []
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme })
          overflow.push(await look(page, `${what}-${name}-${colorScheme}`))
        }
        return Math.max(...overflow)
      }
      await page.goto(product.address)
      await page.getByRole('button', { name: 'Sign in' }).waitFor()
      await picture('sign-in')
      await signIn(page, product.address, product.administrator)
      await page.getByRole('button', { name: 'Hunt' }).first().waitFor({ timeout: 120_000 })

      const tenant = `/tenants/${tenantId}`
      for (const [what, path, ready] of [
        ['overview', `${tenant}/overview`, () => page.getByRole('button', { name: 'Hunt' }).first()],
        ['events', `${tenant}/events`, () => page.getByRole('table', { name: 'Events' })],
        ['reports', `${tenant}/reports`, () => page.getByRole('button', { name: 'Hunt' }).first()],
        ['actions', `${tenant}/action-runs`, () => page.getByText('No actions yet')],
        ['alerts', `${tenant}/alerts`, () => page.getByRole('table', { name: 'Alerts' })],
        ['investigations', `${tenant}/investigations`, () => page.getByRole('heading', { level: 1 })],
        [
          'new-investigation',
          `${tenant}/investigations/new`,
          () => page.getByRole('button', { name: 'Start investigation' }),
        ],
        ['connections', '/connections', () => page.getByRole('table', { name: 'Connections' })],
        ['new-connection', '/connections/new', () => page.getByRole('button', { name: 'Continue' })],
        ['new-exchange', '/connections/new-exchange', () => page.getByRole('button', { name: 'Add and test' })],
        ['rules', `${tenant}/rules`, () => page.getByRole('table', { name: 'Rules' })],
        ['attack-map', `${tenant}/attack-map`, () => page.getByRole('region', { name: 'Collection' })],
        ['value-lists', `${tenant}/value-lists`, () => page.getByText('Nothing to look up')],
        ['coverage', `${tenant}/coverage`, () => page.getByRole('toolbar').first()],
        ['forwarding', `${tenant}/forwarding`, () => page.getByRole('button', { name: 'New destination' })],
        ['tokens', '/tokens', () => page.getByRole('button', { name: 'Create token' })],
        ['account', '/account', () => page.getByText('this one')],
        ['people', '/people', () => page.getByRole('table', { name: 'People' })],
        ['audit', '/audit', () => page.getByRole('table', { name: 'Audit log' })],
      ] as const) {
        await page.goto(product.address + path)
        await ready().waitFor()
        expect({ what, overflow: await picture(what) }).toEqual({ what, overflow: 0 })
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

  it('a fault in a filter is told at its condition before anything starts, and a good one is estimated', async () => {
    const { page, errors } = await signedIn()
    await page.goto(`${product.address}/tenants/${tenantId}/investigations/new`)
    await page.getByLabel('What to look at').selectOption('sender-ip')
    await page.getByRole('textbox', { name: /Sender IP address/ }).fill('300.1.1.1')
    await page
      .getByRole('alert')
      .getByText(/no IP address/)
      .waitFor()
    expect(await page.getByRole('textbox', { name: /Sender IP address/ }).getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('textbox', { name: /Sender IP address/ }).fill('192.0.2.0/24')
    await page.getByText('Requests, at most').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.getByRole('radio', { name: 'Groups' }).check()
    await page.getByRole('textbox', { name: 'Groups' }).fill('Nobody knows this group')
    await page
      .getByRole('alert')
      .getByText(/Nobody knows this group/)
      .waitFor()
    expect(errors.filter((error) => !/422|400/.test(error))).toEqual([])
    await page.context().close()
  })

  it('a standing investigation is held, let go on, stopped and run again; its mailboxes are found by name', async () => {
    const { page, errors } = await signedIn()
    await page.goto(`${product.address}/tenants/${tenantId}/investigations/new`)
    await page.getByLabel('What to look at').selectOption('subject')
    await page.getByRole('textbox', { name: /Subject contains/ }).fill('payroll')
    await page.getByRole('radio', { name: 'Standing' }).check()
    await page.getByRole('button', { name: 'Start investigation' }).click()
    const state = (word: string) => page.getByRole('main').getByText(word, { exact: true }).first()
    await state('Watching').waitFor({ timeout: 120_000 })
    await page.getByRole('button', { name: 'Pause' }).click()
    await state('Paused').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await state('Watching').waitFor()

    await page.getByRole('tab', { name: /Mailboxes/ }).click()
    const rows = page.getByRole('table', { name: 'Mailboxes' }).getByRole('row')
    const [reporter] = (await readPhish(product.emulator)).recipients
    await page.getByRole('searchbox', { name: 'Name or address' }).fill(reporter!.userPrincipalName)
    await until(async () => (await rows.count()) === 1 + 1, 30_000)
    expect(new URL(page.url()).searchParams.get('name')).toBe(reporter!.userPrincipalName)

    const address = page.url()
    await page.getByRole('button', { name: 'Stop' }).click()
    await state('Stopped').waitFor({ timeout: 120_000 })
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.getByRole('heading', { name: /\(again\)/ }).waitFor()
    expect(page.url()).not.toBe(address)
    await page.getByRole('button', { name: 'Stop' }).click()
    await state('Stopped').waitFor({ timeout: 120_000 })
    expect(errors).toEqual([])
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
    await signIn(opened.page, product.address, product.administrator)
    return opened
  }
})
