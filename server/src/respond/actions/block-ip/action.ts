import { isDeepStrictEqual } from 'node:util'

import { z } from 'zod'

import { defineAction } from '#respond/action.ts'
import { CONDITIONAL_ACCESS_LICENSE, checkConditionalAccess } from '#respond/conditional-access-license.ts'
import { ipRangesOf } from '#respond/count.ts'
import {
  IP_PERMISSIONS,
  IpRangeState,
  isInForce,
  Mode,
  placeOf,
  placeProof,
  putInPlace,
  readIpRangeState,
  takeOutOfPlace,
} from '#respond/ip-range-state.ts'
import type { IpRangeTarget } from '#respond/kinds/ip-range.ts'
import { DIRECTORY_PATIENCE } from '#respond/user-state.ts'

const Options = z.strictObject({
  mode: Mode.default('report-only').describe(
    'report-only blocks nothing: sign-ins from there tell that they would have been blocked. enforce blocks them.',
  ),
})

const State = IpRangeState.extend({ mode: Mode })
type State = z.infer<typeof State>

/**
 * Blocks sign-ins from a range of addresses by a policy of Conditional Access, or has them reported.
 *
 * @see https://learn.microsoft.com/entra/identity/conditional-access/policy-block-by-location
 */
export const blockIp = defineAction<State, IpRangeTarget>({
  id: 'block-ip',
  on: 'ip-range',
  title: 'Block sign-ins from address range',
  recoverability:
    'Nobody but the break-glass accounts signs in from there any more, once it is enforced; sessions go on until their tokens end, and ' +
    'applications sign in as before. Cordon can take exactly this range out again.',
  permissions: IP_PERMISSIONS,
  requirements: [CONDITIONAL_ACCESS_LICENSE],
  check: checkConditionalAccess,
  blocks: true,
  options: Options,
  does: (count, options) =>
    modeOf(options) === 'enforce'
      ? `block ${signInsFrom(count)}`
      : `report ${signInsFrom(count)} without blocking them`,
  did: (count, options) =>
    modeOf(options) === 'enforce'
      ? `blocked ${signInsFrom(count)}`
      : `reported ${signInsFrom(count)} without blocking them`,
  state: State,
  patience: DIRECTORY_PATIENCE,
  read: async (target) => ({ ...(await readIpRangeState(target)), mode: modeOf(target.options) }),
  settled: (now) =>
    isInForce(placeOf(now, now.mode), now.mode)
      ? { state: 'already-done', proof: `${placeProof(now, now.mode)} So it was before Cordon acted.` }
      : undefined,

  execute: (target, { mode }) => putInPlace(target, mode),
  verify(before, now) {
    const { mode } = before
    const [was, is] = [placeOf(before, mode), placeOf(now, mode)]
    const proof = placeProof(now, mode)
    if (isInForce(is, mode)) return { is: 'wanted', proof }
    return { is: isDeepStrictEqual(was, is) ? 'unchanged' : 'partly', proof }
  },

  revert: {
    async execute(target, before) {
      if (!placeOf(before, before.mode).holds) await takeOutOfPlace(target, before.mode)
    },
    verify(before, now) {
      const { mode } = before
      const isBack = placeOf(now, mode).holds === placeOf(before, mode).holds
      return { is: isBack ? 'wanted' : 'unchanged', proof: placeProof(now, mode) }
    },
  },
})

const modeOf = (options: unknown): Mode => Options.parse(options ?? {}).mode
const signInsFrom = (count: { targets: number }): string => `sign-ins from ${ipRangesOf(count)}`
