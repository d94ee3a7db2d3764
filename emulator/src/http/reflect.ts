/**
 * The part of the metadata proposal that the certificate library's dependency container asks for when it is loaded.
 * Import this file before it.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>()

function own(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key)
}

function get(key: unknown, target: object): unknown {
  for (let at: object | null = target; at; at = Object.getPrototypeOf(at) as object | null) {
    const value = own(key, at)
    if (value !== undefined) return value
  }
  return undefined
}

function define(key: unknown, value: unknown, target: object): void {
  if (!metadata.has(target)) metadata.set(target, new Map())
  metadata.get(target)!.set(key, value)
}

Object.assign(Reflect, {
  getMetadata: get,
  getOwnMetadata: own,
  defineMetadata: define,
  metadata: (key: unknown, value: unknown) => (target: object) => define(key, value, target),
})
