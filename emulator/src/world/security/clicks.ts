import type { Surface } from '#world/surface.ts'

/** A click on a link that Safe Links looked at. */
export interface UrlClick {
  url: string
  action: 'ClickAllowed' | 'ClickBlocked' | 'ClickBlockedByTenantPolicy' | 'UrlErrorPage' | 'UrlScanInProgress'
  account: string
  workload: 'Email' | 'Office' | 'Teams'
  /** Empty for a link that came by no mail. */
  networkMessageId: string
  threats: readonly string[]
  ipAddress: string
  isClickedThrough: boolean
  /** From the link in the mail to the page it led to. */
  chain: readonly string[]
}

/** Clicks of attacks, and of tests. Everyday clicks follow from the mail that was read. */
export const urlClicks: Surface<UrlClick> = { name: 'security.urlClick', everyday: () => [] }
