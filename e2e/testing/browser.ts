import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { type Browser, chromium, type Page } from 'playwright-core'

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The system's Chromium, headless, with everything off that would call home. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = CANDIDATES.find((path) => existsSync(path))
  if (executablePath === undefined)
    throw new Error(`No Chromium at ${CANDIDATES.join(', ')}: \`npm test\` installs it or says how.`)
  return chromium.launch({
    executablePath,
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
    ],
  })
}

/**
 * A page whose errors fail the test that opened it: `errors` must be empty at the end. `anyCertificate` lets it open pages of the
 * emulated cloud, whose authority the browser does not know.
 */
export async function openPage(
  browser: Browser,
  options: { width?: number; height?: number; colorScheme?: 'light' | 'dark'; anyCertificate?: boolean } = {},
): Promise<{ page: Page; errors: string[] }> {
  const { width = 1440, height = 900, colorScheme = 'light', anyCertificate = false } = options
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion: 'reduce',
    ignoreHTTPSErrors: anyCertificate,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 401/.test(message.text())) errors.push(message.text())
  })
  return { page, errors }
}

/** Signs in on a page that shows the sign-in form, or comes to it. */
export async function signIn(page: Page, address: string, user: { name: string; password: string }): Promise<void> {
  await page.goto(address)
  await page.getByLabel('Name').fill(user.name)
  await page.getByLabel('Password').fill(user.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}

/** Where the pictures go, for people to look at. */
const pictures = join(import.meta.dirname, '..', 'screenshots')
mkdirSync(pictures, { recursive: true })

/** Takes a picture of the page as it is; gives by how many pixels the page is wider than its window. */
export async function look(page: Page, what: string): Promise<number> {
  // Where the window has just become another, the page learns of it in the next frame, and shows it in the one after.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
  await page.screenshot({ path: join(pictures, `${what}.png`), animations: 'disabled' })
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}

/** {@link look}s in both themes on a phone and a desktop, and gives what is most; the desktop in dark stays. */
export async function lookEveryWay(page: Page, what: string): Promise<number> {
  const overflow: number[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [size, width, height] of [
      ['phone', 390, 844],
      ['desktop', 1440, 900],
    ] as const) {
      await page.setViewportSize({ width, height })
      overflow.push(await look(page, `${what}-${size}-${colorScheme}`))
    }
  }
  return Math.max(...overflow)
}
