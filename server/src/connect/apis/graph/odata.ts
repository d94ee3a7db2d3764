/** `value` as an OData string literal: in single quotes, those inside doubled. */
export function odataString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

/** System query options as a query string with its `?`, percent-encoded; options that are undefined are left out. */
export function odataQuery(options: Readonly<Record<`$${string}`, string | number | undefined>>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${given.map(([name, value]) => `${name}=${percentEncode(String(value))}`).join('&')}`
}

/** `value` as one path segment or query value. Graph refuses a raw quote, which `encodeURIComponent` lets through. */
export function percentEncode(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll("'", '%27')
}
