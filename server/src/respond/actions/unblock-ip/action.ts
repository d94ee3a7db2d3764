import { isDeepStrictEqual } from 'node:util'

import { defineAction } from '#respond/action.ts'
import { CONDITIONAL_ACCESS_LICENSE } from '#respond/conditional-access-license.ts'
import { ipRangesOf } from '#respond/count.ts'
import {
  IP_PERMISSIONS,
  IpRangeState,
  Mode,
  placeOf,
  placeProof,
  putInPlace,
  readIpRangeState,
  takeOutOfPlace,
} from '#respond/ip-range-state.ts'
import type { IpRangeTarget } from '#respond/kinds/ip-range.ts'
import { DIRECTORY_PATIENCE } from '#respond/user-state.ts'

/**
 * Takes a range of addresses out of what Cordon has blocked, or reported. What others block by policies of their own stays.
 *
 * @see https://learn.microsoft.com/graph/api/ipnamedlocation-update
 */
export const unblockIp = defineAction<IpRangeState, IpRangeTarget>({
  id: 'unblock-ip',
  on: 'ip-range',
  title: 'Unblock sign-ins from address range',
  recoverability:
    'People sign in from there again, unless another policy keeps them out. Cordon can put the range back where it was.',
  permissions: IP_PERMISSIONS,
  requirements: [CONDITIONAL_ACCESS_LICENSE],
  does: (count) => `unblock sign-ins from ${ipRangesOf(count)}`,
  did: (count) => `unblocked sign-ins from ${ipRangesOf(count)}`,
  state: IpRangeState,
  patience: DIRECTORY_PATIENCE,
  read: (target) => readIpRangeState(target),
  settled: (now) =>
    heldBy(now).length === 0
      ? { state: 'already-done', proof: `${proofOf(now)} So it was before Cordon acted.` }
      : undefined,

  async execute(target, before) {
    for (const mode of heldBy(before)) await takeOutOfPlace(target, mode)
  },
  verify(before, now) {
    const left = heldBy(now)
    if (left.length === 0) return { is: 'wanted', proof: proofOf(now) }
    return { is: isDeepStrictEqual(left, heldBy(before)) ? 'unchanged' : 'partly', proof: proofOf(now) }
  },

  revert: {
    async execute(target, before) {
      for (const mode of heldBy(before)) await putInPlace(target, mode)
    },
    verify: (before, now) => ({
      is: isDeepStrictEqual(heldBy(now), heldBy(before)) ? 'wanted' : 'unchanged',
      proof: proofOf(now),
    }),
  },
})

/** Modes in which the range stands. */
const heldBy = (state: IpRangeState): Mode[] => Mode.options.filter((mode) => placeOf(state, mode).holds)

const proofOf = (state: IpRangeState): string => Mode.options.map((mode) => placeProof(state, mode)).join(' ')
