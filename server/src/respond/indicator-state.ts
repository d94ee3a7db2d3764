import { isDeepStrictEqual } from 'node:util'

import { z } from 'zod'

import { findIndicator, Indicator, INDICATORS_PERMISSION } from '#connect/apis/defender/indicators.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import type { Verdict } from './action.ts'
import type { IndicatorTarget } from './kinds/indicator.ts'

/** What Defender for Endpoint has for a value: its indicator, as it was, and what it does. */
export const IndicatorState = z.object({ indicator: Indicator.optional(), wasAction: z.string().optional() })
export type IndicatorState = z.infer<typeof IndicatorState>

/** @throws AppError CONNECT_* */
export async function readIndicatorState({ microsoft, indicator, signal }: IndicatorTarget): Promise<IndicatorState> {
  const found = await findIndicator(microsoft, indicator, signal)
  return found ? { indicator: found, wasAction: found.action } : {}
}

export function indicatorProof({ indicator }: IndicatorState): string {
  if (!indicator) return 'Defender for Endpoint has no indicator for it.'
  const until = indicator.expirationTime ? ` until ${indicator.expirationTime}` : ''
  return `Defender for Endpoint has the indicator ${indicator.id} for it: ${indicator.action}${until}.`
}

/** Whether two indicators are set alike, whatever their ids are. */
export function isSame(a: Indicator | undefined, b: Indicator | undefined): boolean {
  return isDeepStrictEqual(a && { ...a, id: '' }, b && { ...b, id: '' })
}

/** What it means for going back that `now` is there, after an action that made `made` of `before`. */
export function backTo(
  before: IndicatorState,
  now: IndicatorState,
  isMade: (indicator: Indicator | undefined) => boolean,
): Verdict {
  const proof = indicatorProof(now)
  if (isSame(before.indicator, now.indicator)) return { is: 'wanted', proof }
  return { is: isMade(now.indicator) ? 'unchanged' : 'elsewhere', proof }
}

export const CHANGE_INDICATORS: PermissionNeed = {
  resource: RESOURCE_TITLES['defender-endpoint'],
  permission: INDICATORS_PERMISSION,
  why: 'To set and delete indicators, and to see those that others have set for the same value.',
}
