import type { Call } from '#services/graph/route.ts'

import type { Subscription } from './subscription.ts'

/** A subscription as answers show it; the certificate is not shown again. */
export const shape = (subscription: Subscription) => ({
  id: subscription.id,
  resource: subscription.resource,
  applicationId: subscription.applicationId,
  changeType: subscription.changeTypes.join(','),
  clientState: subscription.clientState,
  notificationUrl: subscription.notificationUrl,
  notificationQueryOptions: null,
  lifecycleNotificationUrl: subscription.lifecycleNotificationUrl,
  expirationDateTime: new Date(subscription.expiresAt).toISOString(),
  creatorId: subscription.creatorId,
  includeResourceData: subscription.encryption !== null,
  latestSupportedTlsVersion: subscription.latestSupportedTlsVersion,
  encryptionCertificate: null,
  encryptionCertificateId: subscription.encryption?.certificateId ?? null,
  notificationUrlAppId: null,
})

export const entity = (call: Call, subscription: Subscription) => ({
  '@odata.context': `${call.root}/$metadata#subscriptions/$entity`,
  ...shape(subscription),
})
