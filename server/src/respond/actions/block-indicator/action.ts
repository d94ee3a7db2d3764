import { z } from 'zod'

import { deleteIndicator, putIndicator, type Indicator } from '#connect/apis/defender/indicators.ts'
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

const Options = z.strictObject({
  title: z.string().trim().min(1).max(200).default('Blocked by Cordon').describe('As alerts of it are called.'),
  expirationTime: z.iso
    .datetime({ offset: true })
    .transform((time) => new Date(time).toISOString())
    .optional()
    .describe('When it ends; it stays until it is deleted when absent.'),
})

const ACTION = 'Block'
const blocks = (indicator: Indicator | undefined): boolean => indicator?.action === ACTION

/**
 * Blocks a file, an address, a domain or a URL on every device that Defender for Endpoint watches.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/post-ti-indicator
 */
export const blockIndicator = defineAction<IndicatorState, IndicatorTarget>({
  id: 'block-indicator',
  on: 'indicator',
  title: 'Block indicator on devices',
  recoverability:
    'Devices no longer open the file or reach the address: files within minutes to hours, addresses within up to two days. ' +
    'Cordon can take the block away, and puts back what somebody had set before. It holds for devices, not for mail.',
  permissions: [CHANGE_INDICATORS],
  notOfferedIn: WHERE_DEFENDER_IS,
  options: Options,
  does: (count) => `block ${indicatorsOf(count)} on all devices`,
  did: (count) => `blocked ${indicatorsOf(count)} on all devices`,
  state: IndicatorState,
  read: (target) => readIndicatorState(target),
  settled: (now) =>
    blocks(now.indicator)
      ? { state: 'already-done', proof: `${indicatorProof(now)} It had before Cordon acted.` }
      : undefined,

  async execute({ microsoft, indicator, options, signal }) {
    const { title, expirationTime = null } = Options.parse(options ?? {})
    const description = 'Set by an action of Cordon.'
    const more = { application: 'Cordon', severity: 'High', generateAlert: true, rbacGroupNames: [] }
    await putIndicator(microsoft, { ...indicator, action: ACTION, title, description, expirationTime, ...more }, signal)
  },
  verify(before, now) {
    if (blocks(now.indicator)) return { is: 'wanted', proof: indicatorProof(now) }
    return { is: isSame(before.indicator, now.indicator) ? 'unchanged' : 'elsewhere', proof: indicatorProof(now) }
  },

  revert: {
    async execute(target, before) {
      const { microsoft, signal } = target
      if (before.indicator) {
        const { id: _, ...settings } = before.indicator
        await putIndicator(microsoft, settings, signal)
        return
      }
      const { indicator } = await readIndicatorState(target)
      if (indicator) await deleteIndicator(microsoft, indicator.id, signal)
    },
    verify: (before, now) => backTo(before, now, blocks),
  },
})
