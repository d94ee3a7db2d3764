import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { look, openBrowser, openPage, signIn } from './testing/browser.ts'
import { type Product, startProduct } from './testing/product.ts'
import { changeApplication, readPeople, registerApplication } from './testing/world.ts'

/** Somebody signs in with Microsoft, as the emulated directory and its app roles have it. */
describe('single sign-on', () => {
  let product: Product
  let browser: Browser
  let page: Page
  let errors: string[]
  let clientId: string
  let people: { id: string }[]

  beforeAll(async () => {
    const start = startProduct(
      async ({ emulator, address }) => {
        const redirectUris = [`${address}/api/sign-on/callback`]
        const application = await registerApplication(emulator, { name: 'Cordon sign-on', redirectUris })
        clientId = application.clientId
        return {
          CORDON_URL: address,
          CORDON_SIGN_ON_CLIENT_ID: clientId,
          CORDON_SIGN_ON_SECRET: application.secret,
          CORDON_SIGN_ON_TENANTS: emulator.tenants[0]!.id,
          CORDON_SIGN_ON_CLOUD: 'emulated',
        }
      },
      ['--no-live', '--scenario', 'none', '--org', '200', '--tenants', '2'],
    )
    ;[product, browser] = await Promise.all([start, openBrowser()])
    ;({ page, errors } = await openPage(browser, { anyCertificate: true }))
    people = await readPeople(product.emulator)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  })

  const assign = (roles: Record<string, string[]>) =>
    changeApplication(product.emulator, clientId, { userRoles: roles })
  const chooseFirst = async () => {
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await page.getByText('wants to know who you are').waitFor()
  }

  it('refuses somebody without a role, and says what to do', async () => {
    await page.goto(`${product.address}/people`)
    await chooseFirst()
    await page.getByRole('listitem').first().getByRole('button').click()
    await page.getByText('You have no role in Cordon.').waitFor()
    expect(await page.getByRole('alert').innerText()).toContain('Users and groups')
    expect(page.url()).toBe(`${product.address}/sign-in?next=%2Fpeople`)
    expect(await look(page, 'sign-on-1-no-role-desktop')).toBe(0)
    await page.reload()
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('refuses somebody of another directory at Microsoft already', async () => {
    await page.context().clearCookies()
    await page.goto(`${product.address}/sign-in`)
    expect(await look(page, 'sign-on-2-ways-desktop')).toBe(0)
    await chooseFirst()
    await page.getByLabel('Name to sign in with').fill(`ana@${product.emulator.tenants[1]!.domain}`)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    expect(await page.getByRole('alert').innerText()).toContain('AADSTS50034')
  })

  it('lets somebody in as what the app role says, on the page that was asked for', async () => {
    await assign({ [people[0]!.id]: ['Cordon.Administrator'] })
    await page.goto(`${product.address}/people`)
    await chooseFirst()
    await page.getByRole('listitem').first().getByRole('button').click()
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
    expect(page.url()).toBe(`${product.address}/people`)
    const row = page.getByRole('table', { name: 'People' }).getByRole('row', { name: /@/ })
    expect(await row.innerText()).toMatch(/administrator[^]*Microsoft/)
    expect(await look(page, 'sign-on-3-people-desktop')).toBe(0)
    await row.click()
    await page.getByText('has the roles that Entra gives: administrator').waitFor()
    expect(await page.getByRole('button', { name: 'New password' }).count()).toBe(0)
    await page.keyboard.press('Escape')
  })

  it('takes the role away with the next sign-in, and leaves the local administrator', async () => {
    await assign({ [people[0]!.id]: ['Cordon.Viewer'] })
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
    await page.goto(`${product.address}/people`)
    await page.getByText('You are signed in as viewer.').waitFor()
    await page.context().clearCookies()
    await signIn(page, product.address, product.administrator)
    expect(errors).toEqual([])
  })
})
