import type { EventCategory } from '#normalize/ecs/categories.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { textOf } from '#normalize/json.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { gather } from '#normalize/steps/gather.ts'
import type { Gathered } from '#normalize/steps/gather.ts'

/** What an alert and the evidence below it say: ECS fields, what else `related.*` names, and what kinds of thing it is about. */
export interface Findings {
  readonly fields: Gathered
  readonly mentioned: ProductRecord['mentioned']
  readonly categories: Set<EventCategory>
}

/** Nothing found yet in a record. */
export function findingsOf({ mentioned }: ProductRecord): Findings {
  return { fields: gather(), mentioned, categories: new Set() }
}

/** An address for `related.ip`, and under the ECS field where one is told. */
export function addAddress(
  { fields, mentioned }: Pick<Findings, 'fields' | 'mentioned'>,
  value: unknown,
  path?: string,
): void {
  const ip = parseAddress(value)?.ip
  mentioned.addresses.push(ip)
  if (path !== undefined) fields.add(path, ip)
}

/** `url.original` and `url.domain`. */
export function addUrl({ fields }: Pick<Findings, 'fields'>, value: unknown): void {
  const original = textOf(value)
  fields.add('url.original', original)
  fields.add('url.domain', original === undefined ? undefined : hostOf(original))
}

/** The host of an address, also of one without a scheme: `login.example/x`. */
function hostOf(url: string): string | undefined {
  const authority = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#\s\\]{1,300})/i.exec(url)?.[1]?.toLowerCase()
  const host = authority?.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '')
  return host !== undefined && /^(?:\[[\da-f:.]+\]|[^:[\]]+\.[^:[\]]+)$/.test(host) ? host : undefined
}

const HASHES = ['md5', 'sha1', 'sha256'] as const

/** `<path>.hash.*`, folded, and `related.hash`. `of` has them under these names in any case. */
export function addHashes(
  { fields, mentioned }: Pick<Findings, 'fields' | 'mentioned'>,
  path: string,
  of: Hashes,
): void {
  for (const name of HASHES) {
    const hash = textOf(of[name])?.toLowerCase()
    fields.add(`${path}.hash.${name}`, hash)
    mentioned.hashes.push(hash)
  }
}

export type Hashes = { readonly [Name in (typeof HASHES)[number]]?: unknown }

/** What ends like this is no folder. */
const PROGRAM = /\.(?:exe|dll|sys|com|scr)$/i

/** `C:\Windows\System32` and `cmd.exe` as one path; a folder that ends with the name is one already. */
export function pathOf(folder: unknown, name: unknown): string | undefined {
  const [directory, file] = [textOf(folder), textOf(name)]
  if (directory === undefined || file === undefined) return directory
  if (directory.toLowerCase().endsWith(file.toLowerCase()) || PROGRAM.test(directory)) return directory
  const separator = directory.includes('/') ? '/' : '\\'
  return directory.endsWith(separator) ? directory + file : directory + separator + file
}

/** The ECS type of an operating system that Microsoft names `Windows11` or `macOS`. */
export function osTypeOf(platform: unknown): string | undefined {
  const name = textOf(platform)?.toLowerCase() ?? ''
  return OS_TYPES.find(([part]) => name.includes(part))?.[1]
}

const OS_TYPES = [
  ['windows', 'windows'],
  ['macos', 'macos'],
  ['linux', 'linux'],
  ['ubuntu', 'linux'],
  ['android', 'android'],
  ['ios', 'ios'],
] as const

/** A hardware address as ECS writes it, `00-0D-3A-9E-C7-81`. */
export function macOf(value: unknown): string | undefined {
  const digits = textOf(value)
    ?.replaceAll(/[^0-9a-f]/gi, '')
    .toUpperCase()
  return digits?.length === 12 ? digits.match(/../g)?.join('-') : undefined
}
