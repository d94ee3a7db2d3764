import type { JsonObject } from '#normalize/json.ts'
import type { Gathered } from './gather.ts'

/**
 * What a program says about itself: ECS `user_agent.*`, with the family names that uap-core made common ("Mac OS X",
 * "Chrome Mobile"). Nothing is guessed: what the text does not name is left out.
 */
export interface UserAgent extends JsonObject {
  original: string
  name?: string
  version?: string
  device?: { name: string }
  os?: { name: string; version?: string; full?: string }
}

/** A tenant has a few thousand programs and millions of records. The objects are shared: read-only. */
const known = new Map<string, UserAgent>()
const REMEMBERED = 5000
/** No program writes more about itself; a longer text is somebody's attempt. */
const LONGEST = 1000

/** ECS `user_agent.*` of a text. */
export function userAgentOf(original: string): UserAgent {
  const before = known.get(original)
  if (before !== undefined) return before
  if (known.size >= REMEMBERED) known.clear()
  const text = original.length > LONGEST ? '' : original
  const program = programIn(text)
  const os = systemIn(text)
  const device = deviceIn(text)
  const agent: UserAgent = {
    original,
    ...program,
    ...(device !== undefined && { device: { name: device } }),
    ...(os !== undefined && { os }),
  }
  known.set(original, agent)
  return agent
}

/** Adds `user_agent.*` of a text, where it is one. */
export function addUserAgent(fields: Gathered, original: string | undefined): void {
  if (original === undefined) return
  const { name, version, device, os } = userAgentOf(original)
  fields.add('user_agent.original', original)
  fields.add('user_agent.name', name)
  fields.add('user_agent.version', version)
  fields.add('user_agent.device.name', device?.name)
  fields.add('user_agent.os.name', os?.name)
  fields.add('user_agent.os.version', os?.version)
  fields.add('user_agent.os.full', os?.full)
}

/**
 * Programs by the word before their version. The order counts: Edge says that it is Chrome, and Chrome that it is Safari.
 */
const PROGRAMS: readonly [word: string, name: string, onPhones?: string][] = [
  ['Teams/', 'Microsoft Teams'],
  ['Outlook-iOS-Android/', 'Outlook-iOS-Android'],
  ['Outlook-iOS/', 'Outlook-iOS'],
  ['Outlook-Android/', 'Outlook-Android'],
  ['Microsoft Outlook ', 'Outlook'],
  ['MacOutlook/', 'MacOutlook'],
  ['Microsoft Office/', 'Microsoft Office'],
  ['EdgA/', 'Edge Mobile'],
  ['EdgiOS/', 'Edge Mobile'],
  ['Edg/', 'Edge', 'Edge Mobile'],
  ['Edge/', 'Edge'],
  ['OPR/', 'Opera', 'Opera Mobile'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['FxiOS/', 'Firefox iOS'],
  ['Firefox/', 'Firefox', 'Firefox Mobile'],
  ['CriOS/', 'Chrome Mobile iOS'],
  ['HeadlessChrome/', 'HeadlessChrome'],
  ['Electron/', 'Electron'],
  ['Chrome/', 'Chrome', 'Chrome Mobile'],
  ['Version/', 'Safari', 'Mobile Safari'],
  ['MSIE ', 'IE'],
  ['Trident/7.0; rv:', 'IE'],
  ['python-requests/', 'Python Requests'],
  ['Python-urllib/', 'Python-urllib'],
  ['aiohttp/', 'Python aiohttp'],
  ['curl/', 'curl'],
  ['Wget/', 'Wget'],
  ['axios/', 'axios'],
  ['node-fetch/', 'node-fetch'],
  ['okhttp/', 'okhttp'],
  ['Go-http-client/', 'Go-http-client'],
  ['PostmanRuntime/', 'PostmanRuntime'],
  ['WindowsPowerShell/', 'PowerShell'],
  ['PowerShell/', 'PowerShell'],
]

const VERSION = /^\d{1,9}(?:\.\d{1,9}){0,3}/
/** What most programs write that have nothing to do with browsers: a word and a version at the beginning. */
const PLAIN = /^([A-Za-z][\w.-]{0,40})\/v?(\d{1,9}(?:\.\d{1,9}){0,3})/

function programIn(text: string): { name: string; version?: string } | undefined {
  const onPhone = text.includes('Mobile') || text.includes('Android')
  for (const [word, name, onPhones] of PROGRAMS) {
    const at = text.indexOf(word)
    if (at === -1) continue
    // Safari alone says its version in a word that others use, too.
    if (name === 'Safari' && !text.includes('Safari/')) continue
    const version = VERSION.exec(text.slice(at + word.length, at + word.length + 50))?.[0]
    return { name: (onPhone && onPhones) || name, ...(version !== undefined && { version }) }
  }
  const plain = PLAIN.exec(text)
  return plain === null || plain[1] === 'Mozilla' ? undefined : { name: plain[1]!, version: plain[2]! }
}

/** Windows says the number of its kernel. Windows 11 says 10.0, as 10 does. */
const WINDOWS: Readonly<Record<string, string>> = {
  '10.0': '10',
  '6.3': '8.1',
  '6.2': '8',
  '6.1': '7',
  '6.0': 'Vista',
  '5.1': 'XP',
}

function systemIn(text: string): UserAgent['os'] {
  const windows = versionAfter(text, 'Windows NT ')
  if (windows !== undefined) return system('Windows', WINDOWS[windows] ?? windows)
  const ios = versionAfter(text, 'iPhone OS ') ?? versionAfter(text, 'CPU OS ')
  if (ios !== undefined) return system('iOS', ios)
  if (text.includes('Mac OS X')) return system('Mac OS X', versionAfter(text, 'Mac OS X '))
  if (text.includes('Android')) return system('Android', versionAfter(text, 'Android '))
  if (text.includes('CrOS')) return system('Chrome OS')
  if (text.includes('Ubuntu')) return system('Ubuntu')
  if (text.includes('Windows')) return system('Windows')
  return text.includes('Linux') ? system('Linux') : undefined
}

function system(name: string, version?: string): UserAgent['os'] {
  return version === undefined ? { name, full: name } : { name, version, full: `${name} ${version}` }
}

/** `17_1_2` is how Apple writes 17.1.2. */
function versionAfter(text: string, word: string): string | undefined {
  const at = text.indexOf(word)
  if (at === -1) return undefined
  return VERSION.exec(text.slice(at + word.length, at + word.length + 30).replaceAll('_', '.'))?.[0]
}

function deviceIn(text: string): string | undefined {
  if (text.includes('iPhone')) return 'iPhone'
  if (text.includes('iPad')) return 'iPad'
  if (text.includes('Macintosh')) return 'Mac'
  // "(Linux; Android 13; Pixel 7 Build/…)": the model comes after the system.
  const model = /Android [\d.]{1,12}; ([^;)]{1,60}?)(?: Build\/[^;)]{0,60})?[;)]/.exec(text)?.[1]
  return model === 'K' || model === undefined || model === 'wv' ? undefined : model
}
