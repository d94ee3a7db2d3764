import { readFileSync } from 'node:fs'

import type { Browser, Download, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { look, openBrowser, openPage, signIn } from './testing/browser.ts'
import { connectTenant, type Product, startProduct, until } from './testing/product.ts'

const PATIENCE_MS = 120_000
/** Rows that make a page worth looking at. */
const ENOUGH = 12

/** The events page as an analyst goes through it, on what a company does in a day. */
describe('the events page', () => {
  let product: Product
  let browser: Browser
  let events: string

  beforeAll(async () => {
    ;[product, browser] = await Promise.all([startProduct(), openBrowser()])
    events = `${product.address}/tenants/${await connectTenant(product)}/events`
    // The day's first blobs are on their way; live mode asks again, and calmly, as they come.
    await opened({ address: `${events}?live=true` })
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  const search = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)
  const table = (page: Page) => page.getByRole('table', { name: 'Events' })
  const rows = (page: Page) => table(page).locator('tbody tr')
  const box = (page: Page) => page.getByRole('combobox', { name: 'Query' })

  async function opened(options: { width?: number; height?: number; address?: string } = {}) {
    const { page, errors } = await openPage(browser, options)
    page.setDefaultTimeout(PATIENCE_MS)
    await signIn(page, product.address, product.administrator)
    await page.goto(options.address ?? events)
    await rows(page).nth(ENOUGH).waitFor()
    return { page, errors }
  }

  async function ask(page: Page, query: string) {
    await box(page).fill(query)
    await box(page).press('Enter')
    await until(async () => search(page, 'q') === query, PATIENCE_MS)
  }

  it('completes fields and values, and points at the character of a fault', async () => {
    const { page } = await opened()
    // A browser that draws late: one types on before it has.
    await page.evaluate('requestAnimationFrame = (draw) => setTimeout(draw, 60)')
    await page.keyboard.press('/')
    await page.keyboard.type('event.out')
    const options = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option')
    await options.getByText('event.outcome', { exact: true }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe('event.outcome : ')
    await page.keyboard.type('suc', { delay: 30 })
    await options.getByText('success', { exact: true }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    expect(await box(page).inputValue()).toBe('event.outcome : success ')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    await until(async () => search(page, 'q')?.trim() === 'event.outcome : success', PATIENCE_MS)
    await rows(page).first().waitFor()

    await ask(page, 'event.outcome : (failure')
    const fault = page.getByRole('alert').first()
    await fault.waitFor()
    const at = Number(/character (\d+)/.exec(await fault.innerText())?.[1])
    expect(at).toBeGreaterThan(1)
    await page.getByRole('button', { name: 'Go to it' }).click()
    await until(
      async () => (await box(page).evaluate((input: { selectionStart: number }) => input.selectionStart)) === at - 1,
      PATIENCE_MS,
    )
  })

  it('is brushed with mouse and keyboard, and the time goes back', async () => {
    const { page, errors } = await opened()
    const bars = page.getByRole('slider', { name: 'Choose a time span' })
    const area = (await bars.boundingBox())!
    await page.mouse.move(area.x + area.width * 0.4, area.y + area.height / 2)
    await page.mouse.down()
    await page.mouse.move(area.x + area.width * 0.97, area.y + area.height / 2, { steps: 4 })
    await page.mouse.up()
    await until(async () => /^\d{4}-/.test(search(page, 'from') ?? ''), PATIENCE_MS)
    const [from, to] = [search(page, 'from')!, search(page, 'to')!]
    expect(Date.parse(to) - Date.parse(from)).toBeLessThan(24 * 3_600_000)
    await until(async () => (await inSpan(page, from, to)) > 0, PATIENCE_MS)

    await bars.focus()
    await page.keyboard.press('Home')
    for (let steps = 0; steps < 5; steps++) await page.keyboard.press('Shift+ArrowRight')
    const words = await bars.getAttribute('aria-valuetext')
    expect(words).toMatch(/ to .* events?$/)
    await page.keyboard.press('Enter')
    await until(async () => search(page, 'to') !== to, PATIENCE_MS)
    expect(Date.parse(search(page, 'to')!)).toBeLessThan(Date.parse(to))

    await page.goBack()
    await until(async () => search(page, 'from') === from && search(page, 'to') === to, PATIENCE_MS)
    await page.getByRole('button', { name: 'Longer time' }).click()
    await until(async () => Date.parse(search(page, 'from')!) < Date.parse(from), PATIENCE_MS)
    expect(errors).toEqual([])
  })

  it('narrows by facets, shows columns, and pivots from a document', async () => {
    const { page, errors } = await opened()
    const facet = page.getByRole('complementary', { name: 'Facets' }).getByRole('region', { name: 'event.action' })
    const value = facet.getByRole('listitem').first().getByRole('button').first()
    const action = await value.innerText()
    await value.click()
    await until(async () => (await box(page).inputValue()) === `event.action : "${action}"`, PATIENCE_MS)
    await until(async () => (await value.getAttribute('aria-pressed')) === 'true', PATIENCE_MS)
    await value.click()
    await until(async () => (await box(page).inputValue()) === '', PATIENCE_MS)

    await page.locator('[aria-busy=true]').waitFor({ state: 'detached' })
    // The button of the facet has the focus still: Enter must be the row's all the same.
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const document = page.getByRole('complementary', { name: 'Event', exact: true })
    await document.getByRole('table', { name: 'Fields' }).waitFor()
    const first = search(page, 'event')
    await page.keyboard.press('j')
    await until(async () => search(page, 'event') !== first && search(page, 'event') !== null, PATIENCE_MS)
    await document.getByRole('table', { name: 'Fields' }).waitFor()

    await document.getByRole('searchbox', { name: 'Find in the fields' }).fill('event.provider')
    await document.getByRole('row', { name: /event\.provider/ }).hover()
    await document.getByRole('button', { name: 'Column event.provider', exact: true }).click()
    await table(page).getByRole('columnheader', { name: 'event.provider' }).waitFor({ state: 'attached' })
    expect(search(page, 'columns')).toContain('event.provider')

    await document.getByRole('tab', { name: 'Around it' }).click()
    await document.getByRole('list', { name: 'Events around it' }).getByText('same time').first().waitFor()
    await document.getByRole('tab', { name: 'Raw' }).click()
    await document.getByText('"Operation"').waitFor()

    const pivot = document.getByRole('button', { name: /^Go on with the user/ }).first()
    const user = (await pivot.innerText()).trim()
    await pivot.click()
    await page.getByRole('menuitem', { name: 'A day before and after' }).click()
    await until(async () => search(page, 'q') === `related.user : "${user}"`, PATIENCE_MS)
    expect(search(page, 'event')).toBeNull()
    await page.getByText('searching…').waitFor({ state: 'detached' })
    await rows(page).first().waitFor()
    expect(await look(page, 'events-pivot-desktop')).toBe(0)
    expect(errors).toEqual([])
  })

  it('saves a search, opens it again, renames and deletes it; its address is all that a colleague needs', async () => {
    const { page, errors } = await opened()
    const saved = page.getByRole('button', { name: /^Saved searches/ })
    const item = (name: string) => page.getByRole('list', { name: 'Saved searches' }).getByRole('button', { name })
    await ask(page, 'event.outcome : success')
    await saved.click()
    await page.getByRole('button', { name: 'Save as…' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('What went well')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: /on the page: What went well/ }).waitFor()

    await ask(page, 'event.outcome : failure')
    await page.getByText('(changed)').waitFor()
    await saved.click()
    await item('What went well').first().click()
    await until(async () => (await box(page).inputValue()) === 'event.outcome : success', PATIENCE_MS)

    await rows(page).nth(2).click()
    await page.getByRole('table', { name: 'Fields' }).waitFor()
    const colleague = await page.context().newPage()
    await colleague.goto(page.url())
    await colleague.getByRole('table', { name: 'Fields' }).waitFor()
    expect(await box(colleague).inputValue()).toBe('event.outcome : success')
    expect(colleague.url()).toBe(page.url())
    await colleague.close()
    await page.keyboard.press('Escape')
    await until(async () => search(page, 'event') === null, PATIENCE_MS)

    await saved.click()
    await page.getByRole('button', { name: 'More about What went well' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Went well')
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.getByRole('button', { name: /on the page: Went well/ }).waitFor()
    await saved.click()
    await page.getByRole('button', { name: 'More about Went well' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete the search' }).click()
    await until(async () => search(page, 'saved') === null, PATIENCE_MS)
    await saved.click()
    await page.getByText('No saved searches yet').waitFor()
    expect(errors).toEqual([])
  })

  it('exports what the search finds in every format, with its progress', async () => {
    const { page, errors } = await opened()
    await ask(page, 'event.outcome : success')
    const exported = async (format: string, fields?: string): Promise<Buffer> => {
      await page.getByRole('button', { name: 'Export', exact: true }).click()
      await page.getByRole('radio', { name: format }).check()
      if (fields !== undefined) await page.getByRole('radio', { name: fields }).check()
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: /^Export [\d,]+ events?$/ }).click(),
      ])
      await page.getByRole('status', { name: 'Export' }).getByText(file.suggestedFilename()).waitFor()
      await page.getByRole('status', { name: 'Export' }).getByRole('button', { name: 'Dismiss' }).click()
      return bytesOf(file)
    }
    const lines = (await exported('NDJSON')).toString().trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(ENOUGH)
    const outcomes = lines.map((line) => (JSON.parse(line) as { event: { outcome: string } }).event.outcome)
    expect(new Set(outcomes)).toEqual(new Set(['success']))

    const [head] = (await exported('CSV', 'Columns of the table')).toString().split(/\r?\n/)
    for (const field of ['@timestamp', 'message', 'user.name', 'event.dataset']) expect(head).toContain(field)

    const parquet = await exported('Parquet')
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1')
    expect(parquet.subarray(-4).toString()).toBe('PAR1')
    expect(errors).toEqual([])
  })

  it('follows live, holds while one reads, and says how many came', async () => {
    const { page, errors } = await opened()
    await page.getByRole('button', { name: 'Live', exact: true }).click()
    await until(async () => search(page, 'live') === 'true', PATIENCE_MS)
    await page.getByText(/^[1-9][\d,]* came$/).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText(/came · held$/).waitFor()
    await page.getByRole('button', { name: /^[\d,]+ new events?$/ }).waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: /^[\d,]+ new events?$/ }).waitFor({ state: 'detached' })
    expect(errors).toEqual([])
  })

  it('does the same on a phone', async () => {
    const { page, errors } = await opened({ width: 390, height: 844 })
    await page.getByRole('button', { name: 'Facets' }).filter({ visible: true }).click()
    const sheet = page.getByRole('dialog', { name: 'Facets' })
    await sheet.getByRole('region', { name: 'event.outcome' }).getByRole('button', { name: 'success' }).first().click()
    await page.keyboard.press('Escape')
    await until(async () => search(page, 'q') === 'event.outcome : "success"', PATIENCE_MS)
    await rows(page).nth(1).click()
    await page.getByRole('table', { name: 'Fields' }).waitFor()
    expect(await look(page, 'events-document-phone')).toBe(0)
    await page.getByRole('button', { name: 'Close the event' }).click()
    await until(async () => search(page, 'event') === null, PATIENCE_MS)
    expect(errors).toEqual([])
  })

  /** Rows in sight, all of which lie in the span; 0 while some do not. */
  async function inSpan(page: Page, from: string, to: string): Promise<number> {
    const times: string[] = await table(page)
      .locator('time')
      .evaluateAll((all: { dateTime: string }[]) => all.map((time) => time.dateTime))
    return times.every((time) => Date.parse(time) >= Date.parse(from) && Date.parse(time) < Date.parse(to))
      ? times.length
      : 0
  }
})

async function bytesOf(file: Download): Promise<Buffer> {
  return readFileSync(await file.path())
}
