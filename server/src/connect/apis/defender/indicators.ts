import { z } from 'zod'

import { odataQuery, odataString, percentEncode } from '#connect/apis/graph/odata.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

/**
 * Indicators: what Defender for Endpoint stops, warns of or watches for on devices. It heeds a file within minutes to hours, an
 * address on the network within up to two days. A tenant may have 15,000.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/ti-indicator
 */
const Settings = z.object({
  /** Of an address one alone, no range. */
  indicatorValue: z.string(),
  /** `FileSha256`, `FileSha1`, `DomainName`, `Url`, `IpAddress`, … */
  indicatorType: z.string(),
  /** `Block`, `BlockAndRemediate` (files only), `Warn`, `Audit`, `Allowed`. */
  action: z.string(),
  title: z.string(),
  description: z.string(),
  /** The program that it comes from, as people named it. */
  application: z.string().nullish(),
  severity: z.string().nullish(),
  recommendedActions: z.string().nullish(),
  /** Device groups that it is for; all where empty. */
  rbacGroupNames: z.array(z.string()).nullish(),
  generateAlert: z.boolean().nullish(),
  educateUrl: z.string().nullish(),
  /** ISO 8601; lasts until it is deleted where null. */
  expirationTime: z.string().nullish(),
})
export type IndicatorSettings = z.infer<typeof Settings>

export const Indicator = Settings.extend({ id: z.string() })
export type Indicator = z.infer<typeof Indicator>

/**
 * Sees and changes indicators that others have made, too. With `Ti.ReadWrite` alone an application knows its own only, and
 * what somebody else has set for the same value stands in its way unseen.
 */
export const INDICATORS_PERMISSION = 'Ti.ReadWrite.All'

const Indicators = z.object({ value: z.array(Indicator) })

/** The indicator for a value that is in force; undefined without one. @throws AppError CONNECT_*. */
export async function findIndicator(
  microsoft: Microsoft,
  { indicatorType, indicatorValue }: Pick<Indicator, 'indicatorType' | 'indicatorValue'>,
  signal?: AbortSignal,
): Promise<Indicator | undefined> {
  const $filter = `indicatorValue eq ${odataString(indicatorValue)} and indicatorType eq ${odataString(indicatorType)}`
  const { value } = await microsoft.json(
    {
      api: 'defender-endpoint',
      path: `/api/indicators${odataQuery({ $filter })}`,
      what: `Could not look for the indicator ${indicatorValue}.`,
      permission: INDICATORS_PERMISSION,
      ...(signal && { signal }),
    },
    Indicators,
  )
  return value[0]
}

/**
 * Makes an indicator, or gives the one of the same value and type these settings: all of them, so that one that was there
 * before can be put back as it was.
 *
 * @throws AppError CONNECT_*: CONNECT_REQUEST_REFUSED where the value is none of its type, or the tenant has 15,000.
 * @see https://learn.microsoft.com/defender-endpoint/api/post-ti-indicator
 */
export function putIndicator(
  microsoft: Microsoft,
  settings: IndicatorSettings,
  signal?: AbortSignal,
): Promise<Indicator> {
  return microsoft.json(
    {
      api: 'defender-endpoint',
      method: 'POST',
      path: '/api/indicators',
      body: settings,
      repeatable: true,
      what: `Could not set the indicator ${settings.indicatorValue}.`,
      permission: INDICATORS_PERMISSION,
      advice:
        'Look in https://security.microsoft.com > Settings > Endpoints > Indicators: a tenant may have 15,000, and one that somebody else has set for the same value has to be changed there.',
      ...(signal && { signal }),
    },
    Indicator,
  )
}

/** Deletes an indicator; one that is not there any more is deleted. @throws AppError CONNECT_*. */
export async function deleteIndicator(microsoft: Microsoft, id: string, signal?: AbortSignal): Promise<void> {
  try {
    await microsoft.send({
      api: 'defender-endpoint',
      method: 'DELETE',
      path: `/api/indicators/${percentEncode(id)}`,
      repeatable: true,
      what: `Could not delete the indicator ${id}.`,
      permission: INDICATORS_PERMISSION,
      ...(signal && { signal }),
    })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONNECT_NOT_FOUND') throw error
  }
}
