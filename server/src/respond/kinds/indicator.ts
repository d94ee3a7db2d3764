import { readIndicatorValue, type IndicatorValue } from '#connect/apis/defender/indicator-value.ts'
import { ownDomainOf } from '#domain/own-domain.ts'
import type { Target } from '#respond/action.ts'
import { indicatorsOf } from '#respond/count.ts'
import type { Kind, Refusal } from '#respond/kind.ts'
import { invalid } from '#respond/not-planned.ts'

/** A file by its hash, an address, a domain or a URL, whether or not Defender for Endpoint has an indicator for it. */
export interface IndicatorTarget extends Target {
  indicator: IndicatorValue
}

/** Indicators, named by their value; each is a lane of its own. */
export const indicators: Kind<IndicatorTarget> = {
  id: 'indicator',
  isGrantedByToken: true,

  async resolve({ connectionId: wish, targets: names = [], action, connect }) {
    if (names.length === 0) throw invalid('No indicator is named.', 'Name at least one by its value.')
    const read = names.map(readIndicatorValue)
    const problem = read.find((each) => typeof each === 'string')
    if (problem !== undefined) throw invalid(problem, 'Name SHA-256 hashes, IP addresses, URLs or domains.')
    const values = new Map(read.filter((each) => typeof each !== 'string').map((each) => [each.indicatorValue, each]))
    const { connectionId, settings } = await connect(wish)
    return {
      connectionId,
      targets: [...values.values()].map((indicator) => {
        const target = targetOf(indicator)
        const protectedBy = indicators.whyRefused(target, { indicator }, { action, settings })
        return { ...target, ...(protectedBy !== undefined && { protectedBy }) }
      }),
    }
  },

  open:
    async () =>
    ({ objectId }) => ({ indicator: readIndicatorValue(objectId) as IndicatorValue }),

  whyRefused: (_target, { indicator }, { settings }) => whyOwn(indicator, settings),

  restored: (count) => `put back ${indicatorsOf(count)}`,
}

/** The type is told by the value, so that the value names it alone. */
function targetOf({ indicatorType: name, indicatorValue: value }: IndicatorValue) {
  return { ref: value, objectId: value, name, address: value, lane: value }
}

/** What is blocked is blocked for every device of the company: its own domains are not for an action to decide. */
function whyOwn({ indicatorType, indicatorValue }: IndicatorValue, settings: Refusal['settings']): string | undefined {
  const host = indicatorType === 'Url' ? new URL(indicatorValue).hostname : indicatorValue
  if (indicatorType !== 'Url' && indicatorType !== 'DomainName') return undefined
  const own = ownDomainOf(host, settings?.authorizedDomains ?? [])
  return own === undefined ? undefined : `${host} belongs to ${own}, a domain of the tenant that the connection names.`
}
