import { expect, it } from 'vitest'
import { z } from 'zod'

import type { Action } from '#respond/action.ts'
import { MODES, type Mode } from '#respond/ip-range-state.ts'
import type { IpRangeTarget } from '#respond/kinds/ip-range.ts'

import { openApiTrial, type ApiTrial } from './api-trial.ts'
import { type Expected, type Running, testContract, type Trial } from './test-contract.ts'

/** What an action on ranges of addresses is tried on: ranges of nobody's, and a connection with a break-glass account. */
export interface IpRangeStage extends ApiTrial, Pick<Trial<string>, 'subjects' | 'stranger' | 'request' | 'hide'> {
  /** Two users of the company, by name; the first is a break-glass account. */
  users: readonly { id: string; userPrincipalName: string }[]
  /** Ranges that the location of a mode holds, read by a client of its own with credentials of its own. */
  rangesIn(mode: Mode): Promise<string[]>
  /** The policy of a mode, read likewise; undefined without one. */
  policyOf(mode: Mode): Promise<SeenPolicy | undefined>
  /** Ranges are there already, and a policy, as if Cordon had put them there. */
  arrange(mode: Mode, ranges: readonly string[]): Promise<void>
  /** What an administrator sends to Conditional Access meanwhile. */
  change(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Record<string, unknown>>
}

const Locations = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      displayName: z.string(),
      ipRanges: z.array(z.object({ cidrAddress: z.string() })).optional(),
    }),
  ),
})
const SeenPolicy = z.object({
  id: z.string(),
  displayName: z.string(),
  state: z.string(),
  conditions: z.looseObject({
    users: z.looseObject({ includeUsers: z.array(z.string()), excludeUsers: z.array(z.string()) }),
    locations: z.object({ includeLocations: z.array(z.string()) }).nullish(),
  }),
  grantControls: z.looseObject({ builtInControls: z.array(z.string()) }).nullish(),
})
type SeenPolicy = z.infer<typeof SeenPolicy>
const Users = z.object({ value: z.array(z.object({ id: z.string(), userPrincipalName: z.string() })) })

const ROOT = '/v1.0/identity/conditionalAccess'
const READ = ['Policy.Read.All', 'User.Read.All', 'Application.Read.All']
/** Longer than any copy of the directory takes to hear of a write. */
const HEARD_MS = 60_000
const SUBJECTS = ['203.0.113.7/32', '203.0.113.128/25', '2001:db8:bad::/48', '203.0.113.9/32']
/** One that is there before. */
export const OTHER = '203.0.113.66/32'

/** Starts the emulator and an embedded store; a second or two. */
export async function openIpRangeStage(consistency: 'strong' | 'eventual' = 'strong'): Promise<IpRangeStage> {
  const write = ['Policy.ReadWrite.ConditionalAccess']
  const trial = await openApiTrial('graph', { read: READ, write, consistency })
  const { connectionId, onlooker } = trial
  const { value: users } = Users.parse((await onlooker('/v1.0/users?$top=2&$select=id,userPrincipalName')).json)
  const name = () => trial.settle({ breakGlassUsers: [users[0]!.userPrincipalName] })
  await name()
  const locationOf = async (mode: Mode) => {
    const { value } = Locations.parse((await onlooker(`${ROOT}/namedLocations`)).json)
    return value.find(({ displayName }) => displayName === MODES[mode].name)
  }
  const change: IpRangeStage['change'] = async (method, path, body) => {
    const { status, json } = await onlooker(`${ROOT}${path}`, { method, ...(body && { body }) })
    expect(status).toBeLessThan(300)
    return json
  }
  return {
    ...trial,
    users,
    subjects: SUBJECTS,
    stranger: '203.0.113.0/7',
    request: (chosen) => ({ connectionId, targets: [...chosen] }),
    async rangesIn(mode) {
      return ((await locationOf(mode))?.ipRanges ?? []).map(({ cidrAddress }) => cidrAddress)
    },
    async policyOf(mode) {
      const { json } = await onlooker(`${ROOT}/policies`)
      const policies = z.object({ value: z.array(z.looseObject({ displayName: z.string() })) }).parse(json).value
      const found = policies.find(({ displayName }) => displayName === MODES[mode].name)
      return found && SeenPolicy.parse(found)
    },
    async arrange(mode, ranges) {
      const { name: displayName, state } = MODES[mode]
      const { id } = await change('POST', '/namedLocations', {
        '@odata.type': '#microsoft.graph.ipNamedLocation',
        displayName,
        isTrusted: false,
        ipRanges: ranges.map((cidrAddress) => ({
          '@odata.type': `#microsoft.graph.iPv${cidrAddress.includes(':') ? 6 : 4}CidrRange`,
          cidrAddress,
        })),
      })
      await change('POST', '/policies', {
        displayName,
        state,
        conditions: {
          clientAppTypes: ['all'],
          applications: { includeApplications: ['All'] },
          users: { includeUsers: ['All'], excludeUsers: [users[0]!.id] },
          locations: { includeLocations: [id] },
        },
        grantControls: { operator: 'OR', builtInControls: ['block'] },
      })
      await trial.wait(HEARD_MS)
    },
    change,
    async reset() {
      await trial.reset()
      await name()
    },
    // All stand in one place: whoever comes first finds it closed, for as long as it is asked again.
    hide: () => trial.strike({ match: { path: 'namedLocations$', times: READS }, do: { status: 500 } }),
  }
}

/** How often a read is sent before it is given up. */
const READS = 7

/** What an action does to ranges; what is absent is as for all of them. */
export type ExpectedIpRangeEffect = Pick<Expected<IpRangeStage, string>, 'wanted' | 'options'> & {
  /** What is there before. */
  there: readonly [Mode, readonly string[]][]
}

/** The contract that every action on ranges fulfils; `wanted` are the modes in which a range stands then. */
export function testIpRangeAction(
  action: Action<Record<string, unknown>, IpRangeTarget>,
  { there, ...effect }: ExpectedIpRangeEffect,
  more: (running: Running<IpRangeStage, string>) => void,
): void {
  const expected: Expected<IpRangeStage, string> = {
    again: 'already-done',
    method: 'PATCH',
    path: '/namedLocations/[^/]+$',
    attempts: 5,
    permission: 'Policy.ReadWrite.ConditionalAccess',
    lossy: '/conditionalAccess/',
    async look(stage, range) {
      const modes: Mode[] = ['report-only', 'enforce']
      const held = await Promise.all(modes.map((mode) => stage.rangesIn(mode)))
      return modes.filter((_, i) => held[i]!.includes(range)).join(' ') || 'none'
    },
    async arrange(stage, range) {
      if (range !== stage.subjects[0]) return
      for (const [mode, ranges] of there) await stage.arrange(mode, ranges)
    },
    ...effect,
  }
  testContract<string, IpRangeStage, IpRangeTarget>(action, expected, openIpRangeStage, (running) => {
    it('reads every spelling of a range as one', async () => {
      const run = await running.plan(['203.0.113.7', '203.0.113.7/32', '2001:DB8:0BAD:0::1/48'])
      const found = await running.targets(run)
      expect(found.map(({ name, address }) => [name, address]).toSorted()).toEqual([
        ['IPv4', '203.0.113.7/32'],
        ['IPv6', '2001:db8:bad::/48'],
      ])
    })

    it('tells a missing permission before there is a plan', async () => {
      const { microsoft } = running.stage()
      for (const { permission } of action.permissions) {
        const roles = (await microsoft.grantedRoles('graph')).filter((role) => role !== permission)
        const open = async () => ({ ...microsoft, grantedRoles: async () => roles })
        await expect(running.plan(undefined, { open })).rejects.toMatchObject({
          code: 'CONNECT_PERMISSION_MISSING',
          fix: expect.stringContaining(permission),
        })
      }
    })

    more(running)
  })
}
