import { InvestigationMailbox } from '@cordon/api'

export const INVESTIGATION_TABS = ['hits', 'mailboxes', 'people', 'actions', 'timeline'] as const
export type InvestigationTab = (typeof INVESTIGATION_TABS)[number]

/** What the page of an investigation shows, as it stands in its address; `state` and `name` are of the mailboxes. */
export interface InvestigationSearch {
  tab?: InvestigationTab
  state?: InvestigationMailbox['state']
  name?: string
}

/** Only what can be read; anything else in the address is ignored. */
export function parseInvestigationSearch(search: Record<string, unknown>): InvestigationSearch {
  const tab = INVESTIGATION_TABS.find((each) => each === search['tab'] && each !== 'hits')
  const { data: state } = InvestigationMailbox.shape.state.safeParse(search['state'])
  const name = typeof search['name'] === 'string' ? search['name'].slice(0, 200) : ''
  return { ...(tab && { tab }), ...(state && { state }), ...(name && { name }) }
}
