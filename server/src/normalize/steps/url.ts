import type { JsonObject } from '#normalize/json.ts'

/** `https://host:port/path?query#fragment`, each part as it came. */
const URL_PARTS =
  /^([a-z][a-z0-9+.-]{0,20}):\/\/(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^/?#:]*)(?::(\d{1,5}))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is
const EXTENSION = /[^/.]\.(\w{1,10})$/

/**
 * ECS `url.*`: the text as it came, and its parts where it is an address with a host. Unlike `URL` it changes nothing of
 * them, so that what Microsoft wrote is found.
 */
export function urlOf(original: string): JsonObject {
  const [whole, scheme, host, port, path, query, fragment] = URL_PARTS.exec(original) ?? []
  if (whole === undefined) return { original }
  const extension = EXTENSION.exec(path ?? '')?.[1]
  return {
    original,
    scheme: scheme!.toLowerCase(),
    ...(host && { domain: host.toLowerCase() }),
    ...(port !== undefined && Number(port) > 0 && Number(port) < 65_536 && { port: Number(port) }),
    ...(path && { path }),
    ...(extension !== undefined && { extension: extension.toLowerCase() }),
    ...(query && { query }),
    ...(fragment && { fragment }),
  }
}
