/**
 * The part of the metadata proposal that the dependency container of the certificate library asks for when it is loaded: it has to
 * be there before, and nothing here uses it.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>()

function define(key: unknown, value: unknown, target: object): void {
  const own = metadata.get(target) ?? new Map<unknown, unknown>()
  metadata.set(target, own.set(key, value))
}

function find(key: unknown, target: object | null): unknown {
  if (target === null) return undefined
  return metadata.get(target)?.get(key) ?? find(key, Object.getPrototypeOf(target) as object | null)
}

Object.assign(Reflect, {
  getMetadata: find,
  getOwnMetadata: (key: unknown, target: object) => metadata.get(target)?.get(key),
  defineMetadata: define,
  metadata: (key: unknown, value: unknown) => (target: object) => define(key, value, target),
})
