import { AppError } from '#domain/errors.ts'
import { type Connection, type Use, USES } from '#domain/tenant.ts'

/**
 * A tenant may have separate app registrations for collecting, investigating and responding, each with no more permissions than it
 * needs. What is done is done through one that is for it.
 */

/** In the words of a sentence: “is not for …”. */
const PURPOSE: Record<Use, string> = {
  collect: 'collecting events',
  investigate: 'searching mailboxes',
  respond: 'acting',
}

export function isFor({ settings }: Pick<Connection, 'settings'>, use: Use): boolean {
  return (settings.uses ?? USES).includes(use)
}

/**
 * The connection to use: the one that is named, or the only one that is for it.
 *
 * @throws AppError CONNECTION_NOT_FOUND; CONNECTION_USE_WRONG when it, or each, is for something else; REQUEST_INVALID when there are
 *   several and none is named.
 */
export function chooseConnection(
  connections: readonly Connection[],
  { use, id, what }: { use: Use; id?: string | undefined; what: string },
): Connection {
  if (id !== undefined) return named(connections, { use, id, what })
  const fit = connections.filter((connection) => isFor(connection, use))
  // An Exchange server on premises is used where it is named: the mailboxes of a tenant are in Microsoft 365.
  const clouds = fit.filter(({ exchange }) => !exchange)
  const [first, ...others] = clouds.length > 0 ? clouds : fit
  if (first && others.length === 0) return first
  if (first) {
    throw new AppError({
      code: 'REQUEST_INVALID',
      what,
      why: `This tenant has ${others.length + 1} connections for ${PURPOSE[use]} and none was named.`,
      fix: `Name one as connectionId: ${listed([first, ...others])}.`,
    })
  }
  if (connections.length > 0) throw useWrong(connections, use, what)
  throw new AppError({
    code: 'CONNECTION_NOT_FOUND',
    what,
    why: `This tenant has no connection for ${PURPOSE[use]}.`,
    fix: 'Add one on the Connections page or with `npx cordon connections add`.',
  })
}

/**
 * The connection to act through on what another found: that one where it is for it, else the first of the same cloud that is.
 *
 * @throws AppError CONNECTION_NOT_FOUND, CONNECTION_USE_WRONG.
 */
export function successorOf(
  connections: readonly Connection[],
  { use, id, what }: { use: Use; id: string; what: string },
): Connection {
  const found = connections.find((connection) => connection.id === id)
  if (!found) throw notFound(id, what)
  const others = connections.filter(
    ({ id: other, cloud, exchange }) => other !== id && cloud === found.cloud && !exchange === !found.exchange,
  )
  const fit = [found, ...others].find((connection) => isFor(connection, use))
  if (!fit) throw useWrong([found, ...others], use, what)
  return fit
}

function named(
  connections: readonly Connection[],
  { use, id, what }: { use: Use; id: string; what: string },
): Connection {
  const found = connections.find((connection) => connection.id === id)
  if (!found) throw notFound(id, what)
  if (!isFor(found, use)) throw useWrong([found], use, what, connections)
  return found
}

function notFound(id: string, what: string): AppError {
  return new AppError({
    code: 'CONNECTION_NOT_FOUND',
    what,
    why: `This tenant has no connection ${id}.`,
    fix: 'Add one on the Connections page or with `npx cordon connections add`.',
  })
}

function useWrong(wrong: readonly Connection[], use: Use, what: string, all: readonly Connection[] = wrong): AppError {
  const others = all.filter((connection) => isFor(connection, use))
  const [first] = wrong
  const uses = [...(first!.settings.uses ?? []), use]
  const names = wrong.map(({ name }) => `“${name}”`).join(', ')
  return new AppError({
    code: 'CONNECTION_USE_WRONG',
    what,
    why: `${names} ${wrong.length === 1 ? 'is' : 'are'} not for ${PURPOSE[use]}.`,
    fix:
      others.length > 0
        ? `Name another: ${listed(others)}.`
        : `Add a connection for it on the Connections page, or with \`npx cordon connections add\`; or let one do it, with the permissions that needs: \`npx cordon connections change ${first!.id} --use ${uses.join(' ')}\`.`,
  })
}

function listed(connections: readonly Connection[]): string {
  return connections.map(({ id, name }) => `${id} (${name})`).join(', ')
}
