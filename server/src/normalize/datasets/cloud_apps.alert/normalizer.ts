import { defineProductNormalizer } from '#normalize/product-record.ts'
import { describeAlert } from './alert.ts'

/**
 * Alerts of Defender for Cloud Apps, as its own API lists them (`/api/v1/alerts/`). What is decided about an alert changes it and
 * leaves no time, so every state of it is an event of its own, at the moment it was raised.
 *
 * @see https://learn.microsoft.com/defender-cloud-apps/api-alerts
 */
export const cloudAppsAlert = defineProductNormalizer({
  dataset: 'cloud_apps.alert',
  title: 'Microsoft Defender for Cloud Apps alerts',
  time: ['timestamp'],
  steps: [describeAlert],
})
