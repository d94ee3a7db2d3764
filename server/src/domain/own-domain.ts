/**
 * The domain of the company that a host belongs to; undefined where it is somebody else's. A pattern, `*.example`, belongs to
 * each domain that it covers.
 */
export function ownDomainOf(host: string, own: readonly string[]): string | undefined {
  const name = host.toLowerCase()
  const covers = name.startsWith('*.') ? name.slice(1) : undefined
  return own.find((each) => {
    const domain = each.toLowerCase()
    return name === domain || name.endsWith(`.${domain}`) || (covers !== undefined && `.${domain}`.endsWith(covers))
  })
}
