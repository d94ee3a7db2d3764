import { once } from 'node:events'
import { hostname } from 'node:os'
import { connect, type TLSSocket } from 'node:tls'

import { z } from 'zod'

import { isoTime } from '#domain/clock.ts'
import type { ForwardItem } from '#domain/destination.ts'
import { Authority } from '#forward/address.ts'
import { defineDestination, type Sender } from '#forward/destination.ts'
import { connectionFault } from '#forward/faults.ts'

const FACILITIES = ['audit', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'] as const

const Options = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[\w.:-]+$/, 'a name or an address, without port')
    .describe('Name of the receiver, as in its certificate.'),
  port: z.int().min(1).max(65_535).default(6514).describe('Port.'),
  facility: z.enum(FACILITIES).default('local0').describe('Facility of every message; audit is 13, “log audit”.'),
  ca: Authority,
})
type Options = z.output<typeof Options>

const WHAT = 'Could not send to the syslog receiver.'
const SILENCE_MS = 60_000

/**
 * Syslog (RFC 5424) over TLS (RFC 5425), each message framed by its length in octets.
 *
 * Syslog has no answers. That the network took the bytes says nothing: they may still lie in a buffer when the receiver dies.
 * So each batch has a connection of its own, closed by us at its end; the receiver closes its side when it has read to there,
 * and only that counts as delivered. A receiver that closes sooner, or breaks off, gets the whole batch again. What dies with
 * a receiver that had read it, nobody can know: whoever cannot bear that takes a kind that answers.
 */
export const syslog = defineDestination<Options>({
  id: 'syslog',
  title: 'Syslog over TLS',
  summary: 'RFC 5424 over TLS, octet counting. The message is the event as JSON; event.id tells one that came twice.',
  options: Options,
  batch: { items: 2000, bytes: 4_000_000 },
  open({ options }): Sender {
    const { host, port, ca } = options
    const machine = printable(hostname(), 255)
    return {
      async send(items, signal) {
        const socket = connect({
          host,
          port,
          servername: serverName(host),
          ...(ca !== '' && { ca }),
          minVersion: 'TLSv1.2',
        })
        const stop = () => socket.destroy(new Error('Stopped.'))
        signal.addEventListener('abort', stop, { once: true })
        try {
          await hand(
            socket,
            items.map((item) => frameOf(item, options, machine)),
          )
          return {
            answer: `${socket.getProtocol() ?? 'TLS'}: read to the end and closed by ${host}`,
            refused: [],
            again: [],
          }
        } catch (error) {
          signal.throwIfAborted()
          throw connectionFault(WHAT, `${host}:${port}`, error)
        } finally {
          signal.removeEventListener('abort', stop)
          socket.destroy()
        }
      },
      close: () => Promise.resolve(),
    }
  },
})

/** Writes no faster than the other side reads; resolves when it has closed after our end. */
async function hand(socket: TLSSocket, frames: readonly Buffer[]): Promise<void> {
  socket.setTimeout(SILENCE_MS, () => socket.destroy(fault('ETIMEDOUT')))
  let isEnding = false
  let sawEnd = false
  socket.on('end', () => {
    sawEnd = true
    if (!isEnding) socket.destroy(fault('closed before the end'))
  })
  const closed = new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => (sawEnd && isEnding ? resolve() : reject(fault('closed before the end'))))
  })
  // What fails while nobody waits for it yet is told at the end.
  closed.catch(() => undefined)
  const write = async () => {
    await once(socket, 'secureConnect')
    // What a receiver says is not syslog, but must be read to see its end.
    socket.resume()
    for (const frame of frames) if (!socket.write(frame)) await once(socket, 'drain')
    isEnding = true
    socket.end()
    await closed
  }
  await Promise.race([write(), closed])
}

function fault(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code })
}

/** An address has no name that TLS could ask for. */
function serverName(host: string): string {
  return /^[\d.]+$|:/.test(host) ? '' : host
}

/** `<length> <priority>1 time host cordon - dataset - document` */
function frameOf({ kind, dataset, timeMs, document }: ForwardItem, { facility }: Options, machine: string): Buffer {
  const code = facility === 'audit' ? 13 : 16 + Number(facility.slice(-1))
  // 5 is a notice, 6 informational.
  const priority = code * 8 + (kind === 'alert' ? 5 : 6)
  const message = `<${priority}>1 ${timeOf(timeMs)} ${machine} cordon - ${printable(dataset, 32)} - ${document}`
  return Buffer.from(`${Buffer.byteLength(message)} ${message}`)
}

/** A year beyond four digits is none in RFC 3339. */
function timeOf(ms: number): string {
  const text = isoTime(ms)
  return /^\d{4}-/.test(text) ? text : '-'
}

/** What a field of the header may be: printable ASCII without spaces, `-` for none. */
function printable(text: string, length: number): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, length) || '-'
}
