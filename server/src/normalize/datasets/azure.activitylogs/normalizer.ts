import { defineNormalizer } from '#normalize/normalizer.ts'
import { related } from '#normalize/azure/log-record.ts'
import { openActivity } from './activity.ts'
import { identity, time } from './identity.ts'
import { meaning } from './meaning.ts'
import { resource } from './resource.ts'
import { sentence } from './sentence.ts'
import { who } from './who.ts'

/** What was done to Azure resources, as Azure Resource Manager lists it and as diagnostic settings send it. */
export const activityLogs = defineNormalizer({
  dataset: 'azure.activitylogs',
  title: 'Azure activity log',
  open: openActivity,
  steps: [time, identity, resource, who, meaning, sentence, related],
})
