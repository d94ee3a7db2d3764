import { deleteIndicator, putIndicator } from '#connect/apis/defender/indicators.ts'
import { defineAction } from '#respond/action.ts'
import { indicatorsOf } from '#respond/count.ts'
import { WHERE_DEFENDER_IS } from '#respond/device-state.ts'
import {
  backTo,
  CHANGE_INDICATORS,
  indicatorProof,
  IndicatorState,
  isSame,
  readIndicatorState,
} from '#respond/indicator-state.ts'
import type { IndicatorTarget } from '#respond/kinds/indicator.ts'

/**
 * Deletes the indicator for a file, an address, a domain or a URL, whoever has set it.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/delete-ti-indicator-by-id
 */
export const unblockIndicator = defineAction<IndicatorState, IndicatorTarget>({
  id: 'unblock-indicator',
  on: 'indicator',
  title: 'Unblock indicator on devices',
  recoverability:
    'Devices open the file or reach the address again, unless Defender has reasons of its own. Cordon can set the indicator ' +
    'again as it was, under another id.',
  permissions: [CHANGE_INDICATORS],
  notOfferedIn: WHERE_DEFENDER_IS,
  does: (count) => `delete ${indicatorsOf(count)} of Defender for Endpoint`,
  did: (count) => `deleted ${indicatorsOf(count)} of Defender for Endpoint`,
  state: IndicatorState,
  read: (target) => readIndicatorState(target),
  settled: (now) =>
    now.indicator
      ? undefined
      : { state: 'already-done', proof: `${indicatorProof(now)} It had none before Cordon acted.` },

  async execute({ microsoft, signal }, before) {
    if (before.indicator) await deleteIndicator(microsoft, before.indicator.id, signal)
  },
  verify(before, now) {
    if (!now.indicator) return { is: 'wanted', proof: indicatorProof(now) }
    return { is: isSame(before.indicator, now.indicator) ? 'unchanged' : 'elsewhere', proof: indicatorProof(now) }
  },

  revert: {
    async execute({ microsoft, signal }, before) {
      if (!before.indicator) return
      const { id: _, ...settings } = before.indicator
      await putIndicator(microsoft, settings, signal)
    },
    verify: (before, now) => backTo(before, now, (indicator) => indicator === undefined),
  },
})
