import { readFileSync } from 'node:fs'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { lookEveryWay, openBrowser, openPage, signIn } from './testing/browser.ts'
import { deviceName } from './testing/defender.ts'
import { connectTenant, type Product, startProduct } from './testing/product.ts'
import { passMinutes } from './testing/world.ts'

const HOSTS = String.raw`C:\Windows\System32\drivers\etc\hosts`

/** A file is brought from a device, handed out in a ZIP with a password, and removed. */
describe('a file on a device', () => {
  let product: Product
  let browser: Browser
  let page: Page
  let errors: string[]
  let tenantId: string

  beforeAll(async () => {
    ;[product, browser] = await Promise.all([startProduct({}, ['--no-live']), openBrowser()])
    ;({ page, errors } = await openPage(browser))
    tenantId = await connectTenant(product)
    await signIn(page, product.address, product.administrator)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  it('is collected from the page of the device', async () => {
    const name = await deviceName(product.emulator, "osPlatform eq 'Windows11' and healthStatus eq 'Active'")
    await page.goto(`${product.address}/tenants/${tenantId}/devices/${encodeURIComponent(name)}`)
    await page.getByRole('button', { name: /^Respond: act on / }).click()
    await page.getByRole('radio', { name: 'Collect file from device' }).check()
    await page.getByLabel('Path').fill(HOSTS)
    expect(await lookEveryWay(page, 'files-choose')).toBe(0)
    await page.getByRole('button', { name: 'Plan action' }).click()
    await page.getByText(`Collect the file ${HOSTS} from 1 device. Cordon cannot undo it.`).waitFor()
    expect(await lookEveryWay(page, 'files-plan')).toBe(0)
    await page.getByRole('button', { name: 'Collect file from 1 device' }).click()
    const files = page.getByRole('region', { name: 'Collected files' })
    const isThere = () => files.getByText('34 B').isVisible()
    for (let tries = 0; tries < 30 && !(await isThere()); tries += 1) {
      await passMinutes(product.emulator, 2)
      await files.waitFor({ timeout: 5_000 }).catch(() => undefined)
    }
    await page.getByText(`Collected the file ${HOSTS} from 1 device`).waitFor({ timeout: 60_000 })
    expect(await lookEveryWay(page, 'files-collected')).toBe(0)
  })

  it('is handed out in a ZIP with a password, for a reason', async () => {
    await page.getByRole('button', { name: 'Download…' }).click()
    await page.getByLabel('What is it for?').fill('Case 4711')
    expect(await page.getByLabel('Password of the ZIP').inputValue()).toBe('infected')
    expect(await lookEveryWay(page, 'files-download')).toBe(0)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download', exact: true }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^[0-9a-f]{16}\.zip$/)
    const bytes = readFileSync(await download.path())
    expect(bytes.subarray(0, 2).toString()).toBe('PK')
    expect(bytes.includes('localhost')).toBe(false)
  })

  it('is removed, and what was proved stays', async () => {
    await page.getByRole('button', { name: 'Remove…' }).click()
    expect(await lookEveryWay(page, 'files-remove')).toBe(0)
    await page.getByRole('button', { name: 'Remove 1 file' }).click()
    await page.getByRole('region', { name: 'Collected files' }).waitFor({ state: 'detached' })
    await page.getByRole('table', { name: 'Targets' }).getByText('Verified').waitFor()
    expect(errors).toEqual([])
  })
})
