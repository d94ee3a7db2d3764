import { accountTakeover } from './account-takeover/scenario.ts'
import { phishCampaign } from './phish-campaign/scenario.ts'
import type { Scenario } from './scenario.ts'

/** Every attack there is. */
export const scenarios: readonly Scenario[] = [phishCampaign, accountTakeover]
