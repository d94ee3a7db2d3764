import { defineProductNormalizer } from '#normalize/product-record.ts'
import { describeAlert } from './alert.ts'

/**
 * Alerts of all Defender products, of Entra ID Protection and of Purview, as Microsoft Graph lists them
 * (`security/alerts_v2`). An alert changes: every update is an event of its own, at the moment of the update.
 */
export const m365DefenderAlert = defineProductNormalizer({
  dataset: 'm365_defender.alert',
  title: 'Microsoft Defender XDR alerts',
  time: ['lastUpdateDateTime', 'createdDateTime'],
  key: ({ id, lastUpdateDateTime }) => [id, lastUpdateDateTime],
  steps: [describeAlert],
})
