import type { GraphMessage } from '#connect/apis/graph/mail.ts'

/**
 * What Microsoft does with the filters that query.ts writes, as its documentation has it: text is compared without case,
 * and a property that is not there equals nothing.
 */
export function holds(filter: string, message: GraphMessage): boolean {
  const tokens = filter.match(/'(?:[^']|'')*'|[(),]|[^\s(),']+/g) ?? []
  let at = 0
  const text = () => tokens[at++]!.slice(1, -1).replaceAll("''", "'").toLowerCase()

  const either = (): boolean => {
    let value = both()
    while (tokens[at] === 'or') {
      at += 1
      value = both() || value
    }
    return value
  }
  const both = (): boolean => {
    let value = one()
    while (tokens[at] === 'and') {
      at += 1
      value = one() && value
    }
    return value
  }
  const one = (): boolean => {
    const token = tokens[at++]
    if (token === '(') {
      const value = either()
      at += 1
      return value
    }
    if (token === 'contains') {
      at += 3
      const piece = text()
      at += 1
      return (message.subject ?? '').toLowerCase().includes(piece)
    }
    const operator = tokens[at++]
    if (token === 'receivedDateTime') {
      const time = Date.parse(tokens[at++]!)
      const received = Date.parse(message.receivedDateTime ?? '')
      return operator === 'ge' ? received >= time : received < time
    }
    const value = token === 'internetMessageId' ? message.internetMessageId : message.from?.emailAddress?.address
    if (token !== 'internetMessageId' && token !== 'from/emailAddress/address') throw new Error(`Unknown: ${token}`)
    return value?.toLowerCase() === text()
  }
  const value = either()
  if (at !== tokens.length) throw new Error(`Not understood from ${tokens.slice(at).join(' ')}`)
  return value
}
