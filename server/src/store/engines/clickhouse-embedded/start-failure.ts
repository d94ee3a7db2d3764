import { AppError } from '#domain/errors.ts'
import type { Started } from './messages.ts'

/** Why the engine did not start, as an error a person can act on. */
export function startFailure(
  { message, errno }: Pick<Started & { state: 'failed' }, 'message' | 'errno'>,
  { dataDir, address }: { dataDir: string; address: string },
): AppError {
  if (/Cannot lock file/i.test(message)) {
    return new AppError({
      code: 'APP_DATA_IN_USE',
      what: `The event store in ${dataDir} was not opened.`,
      why: 'Another process holds it: a Cordon that is running, or one that has not ended yet.',
      fix: 'Stop the other one, or set CORDON_DATA to another folder. Several processes share one store with `cordon store serve` and CORDON_CLICKHOUSE_URL.',
      retry: 'backoff',
    })
  }
  if (errno === 'EADDRINUSE') {
    return new AppError({
      code: 'APP_PORT_TAKEN',
      what: 'The event store did not start.',
      why: `Another program listens on ${address}.`,
      fix: 'Choose another port, or stop the other program.',
      retry: 'backoff',
    })
  }
  if (
    UNWRITABLE.has(errno ?? '') ||
    /No space left|Permission denied|Read-only file system|errno: (13|28|30)\b/i.test(message)
  ) {
    return new AppError({
      code: 'APP_DATA_UNWRITABLE',
      what: `The event store in ${dataDir} was not opened.`,
      why: `The folder cannot be written: ${message.slice(0, 300)}`,
      fix: 'Free space, give the user that runs Cordon the right to write there, or set CORDON_DATA to another folder.',
    })
  }
  return new AppError({
    code: 'STORE_UNREACHABLE',
    what: 'The event store did not start.',
    why: message.slice(0, 500),
    fix: 'Run `npx cordon doctor`. The engine needs Linux (glibc) or macOS on x64 or arm64; elsewhere set CORDON_CLICKHOUSE_URL.',
  })
}

const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST'])
