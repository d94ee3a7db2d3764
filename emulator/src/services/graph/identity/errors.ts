import { GraphError } from '#services/graph/errors.ts'

/** Refusals in the directory's words. */

/** @param id as the client wrote it. */
export const missing = (id: string) =>
  new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  )

export const badRequest = (message: string) => new GraphError(400, 'Request_BadRequest', message)

export const unsupported = (message: string) => new GraphError(400, 'Request_UnsupportedQuery', message)

export const denied = () =>
  new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')

export const invalidValue = (property: string) =>
  badRequest(`Invalid value specified for property '${property}' of resource 'User'.`)
