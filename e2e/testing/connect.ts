import type { Page } from 'playwright-core'

import type { Product } from './product.ts'

/** The steps to a connection in the console, as a person goes them; each leaves the page at the next. */

/** Chooses the emulated cloud and, beside what is chosen already, these features. */
export async function chooseFeatures(page: Page, product: Product, features: string[]): Promise<void> {
  await page.goto(`${product.address}/connections/new`)
  await page.getByLabel('Where the tenant is').selectOption('emulated')
  for (const name of features) await page.getByRole('checkbox', { name }).check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('figure', { name: 'Azure CLI script' }).waitFor()
}

/** From the plan over the IDs and the secret of the emulated company's application to the options. */
export async function enterSecret(page: Page, product: Product, secret?: string): Promise<void> {
  const tenant = product.emulator.tenants[0]!
  const application = tenant.applications.find(({ name }) => name === 'Cordon')!
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Name').fill(tenant.name)
  await page.getByLabel('Directory (tenant) ID').fill(tenant.id)
  await page.getByLabel('Application (client) ID').fill(application.clientId)
  await page.getByRole('radio', { name: 'Client secret' }).check()
  await page.getByLabel('Secret value').fill(secret ?? application.secret)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Check and connect' }).waitFor()
}
