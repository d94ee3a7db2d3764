/** What goes over the wire between Cordon's server and its clients: zod schemas, their types and examples. */
import './content-security.ts'

export * from './action-run.ts'
export * from './alert.ts'
export * from './connection.ts'
export * from './coverage.ts'
export * from './event.ts'
export * from './evidence.ts'
export * from './investigation.ts'
export * from './overview.ts'
export * from './problem.ts'
export * from './session.ts'
export * from './stream.ts'
