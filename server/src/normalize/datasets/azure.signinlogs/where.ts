import type { LogRecord } from '#normalize/azure/log-record.ts'
import { setSource } from '#normalize/azure/source.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseAddress } from '#normalize/steps/address.ts'

/** From where and with what. */
export const where: Step<LogRecord> = {
  name: 'where',
  run(record, event) {
    const { properties, mentioned } = record
    setSource(record, event, properties.ipAddress)
    mentioned.addresses.push(parseAddress(properties.ipAddressFromResourceProvider)?.ip)
    const device = isObject(properties.deviceDetail) ? properties.deviceDetail : {}
    const agent = userAgent(textOf(properties.userAgent), device)
    if (agent !== undefined) event.user_agent = agent
    const name = textOf(device.displayName)?.toLowerCase()
    const id = textOf(device.deviceId)?.toLowerCase()
    if (name !== undefined || id !== undefined) {
      event.host = { ...(id !== undefined && { id }), ...(name !== undefined && { name }) }
    }
  },
}

/** The client as it says itself, and as Entra understood that: `Chrome 142.0.0`, `Windows10`. */
function userAgent(original: string | undefined, device: JsonObject): JsonObject | undefined {
  const browser = textOf(device.browser)
  const system = textOf(device.operatingSystem)
  if (original === undefined && browser === undefined && system === undefined) return undefined
  const [, name = browser, version] = /^(.*\S) (\d[\d.]*)$/.exec(browser ?? '') ?? []
  return {
    ...(original !== undefined && { original }),
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(system !== undefined && { os: { full: system, ...systemOf(system) } }),
  }
}

/** `Windows10` and `MacOs` as ECS names them. */
function systemOf(system: string): JsonObject {
  const [, word = '', version] = /^([A-Za-z]+)[ ]?(\d[\d.]*)?/.exec(system) ?? []
  const name = SYSTEMS.get(word.toLowerCase())
  return { ...(name !== undefined && { name }), ...(name !== undefined && version !== undefined && { version }) }
}

const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['windows', 'Windows'],
  ['macos', 'macOS'],
  ['ios', 'iOS'],
  ['android', 'Android'],
  ['linux', 'Linux'],
])
