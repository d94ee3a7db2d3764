import rhea from 'rhea'
import type { Connection, Receiver, Sender, Session, Typed } from 'rhea'

/**
 * What is used of the AMQP library beyond its published types, and what has to be done to it so that Microsoft's clients
 * understand it.
 */
interface Reader {
  position: number
  read(): Typed
  remaining(): number
}

interface Writer {
  write(value: Typed): void
  toBuffer(): Buffer
}

interface Performative {
  value: unknown[]
  constructor: { descriptor: { numeric: number } }
  message_format?: number | null
}

interface Frame {
  channel: number
  performative: Performative & { handle?: number | null }
}

interface Wire extends Record<`on_${Late}`, (frame: Frame) => void> {
  _write_frame: (channel: number, frame?: Performative, payload?: Buffer) => void
  remote_channel_map: Record<number, { remote: { handles: Record<number, unknown> } } | undefined>
  frame_size?: number
}

/** What may still be under way when a link or a session is closed from the other side. */
const LATE = ['transfer', 'disposition', 'flow', 'detach', 'end'] as const
type Late = (typeof LATE)[number]

/** Fields that a peer may change before its answer to an attach, begin or open is written. */
export interface Local {
  local: Record<'open' | 'begin' | 'attach', Record<string, unknown>>
}

type Codec = { Reader: new (buffer: Buffer) => Reader; Writer: new () => Writer }

export const types = rhea.types
const codec = rhea.types as unknown as Codec

/** Largest frame that either side may send, and largest message. */
export const MAX_FRAME = 65_536
export const MAX_MESSAGE = 1_048_576

/** How many fields each performative has: open, begin, attach, flow, transfer, disposition, detach. */
const WIDTHS: Record<number, number> = { 0x10: 10, 0x11: 8, 0x12: 14, 0x13: 11, 0x14: 11, 0x15: 6, 0x16: 3 }

/**
 * Makes a connection say and hear what Microsoft's clients need: performatives with all their fields (Python's client finds
 * fields by position, and trailing nulls would be left out), and messages as the bytes they came in. What comes late, for a
 * link or a session that is closed, is no reason to hang up.
 */
export function adapt(connection: Connection): void {
  const wire = connection as unknown as Wire
  const write = wire._write_frame.bind(connection)
  wire._write_frame = (channel, frame, payload) => {
    if (frame) frame.value.length = WIDTHS[frame.constructor.descriptor.numeric] ?? frame.value.length
    write(channel, frame, payload)
  }
  for (const kind of LATE) {
    const handle = wire[`on_${kind}`].bind(connection)
    wire[`on_${kind}`] = (frame) => {
      const session = wire.remote_channel_map[frame.channel]
      const link = kind === 'disposition' || kind === 'end' ? undefined : frame.performative.handle
      if (!session || (link != null && !session.remote.handles[link])) return
      // Messages of the ordinary format would be decoded, and what a decoder forgets cannot be passed on.
      if (kind === 'transfer' && frame.performative.message_format === 0) frame.performative.message_format = null
      handle(frame)
    }
  }
}

/** True where the peer has announced a frame larger than it may send. */
export const announcesTooMuch = (connection: Connection): boolean =>
  ((connection as unknown as Wire).frame_size ?? 0) > MAX_FRAME

export const localOf = (endpoint: Connection | Session | Sender | Receiver): Local['local'] =>
  (endpoint as unknown as Local).local

/** How long a client may take to say goodbye. */
const FAREWELL = 500

/** Closes a connection for a reason, whether or not its client goes along with it. */
export function hangUp(connection: Connection, reason: { condition: string; description: string }): void {
  if (!connection.is_open()) return
  connection.close(reason)
  setTimeout(() => {
    if (!connection.is_closed()) abort(connection)
  }, FAREWELL).unref()
}

/** Ends a connection without a word. */
export function abort(connection: Connection): void {
  const { socket, abort_socket: end } = connection as unknown as Sockets
  if (socket) end.call(connection, socket)
}

/** Ends a connection in the middle of a frame: a kilobyte is announced, and a few bytes of it come. */
export function tear(connection: Connection): void {
  const { socket } = connection as unknown as Sockets
  socket?.write(Buffer.from([0, 0, 4, 0, 2, 0, 0, 0, 0, 0x53, 0x14, 0xc0]))
  abort(connection)
}

interface Sockets {
  socket: { write: (bytes: Buffer) => unknown } | undefined
  abort_socket: (socket: unknown) => void
}

/** A source or target as it came, to be sent back; undefined where there was none. */
export const describedOf = (terminus: unknown): unknown =>
  (terminus as { described: () => unknown } | null | undefined)?.described()

/** Says that the credit which is left will not be used. */
export function drain(link: Sender): void {
  link.set_drained(true)
  // The library would say it with whatever is written next.
  ;(link.connection as unknown as { _register: () => void })._register()
}

/** The sections of an encoded message, in order. @throws for bytes that are no message. */
export function* sectionsOf(encoded: Buffer): Generator<{ code: number; section: Typed; start: number; end: number }> {
  const reader = new codec.Reader(encoded)
  while (reader.remaining() > 0) {
    const start = reader.position
    const section = reader.read()
    const code = Number((section.descriptor as Typed | undefined)?.value)
    if (!(code >= 0x70 && code <= 0x78) || reader.remaining() < 0) throw new Error('No section of a message.')
    yield { code, section, start, end: reader.position }
  }
}

/** An encoded section that is a map with symbols for keys. */
export function mapSection(code: number, map: Record<string, unknown>): Buffer {
  const writer = new codec.Writer()
  writer.write(types.described_nc(types.wrap_ulong(code), types.wrap_symbolic_map(map)) as Typed)
  return writer.toBuffer()
}

/** @throws for bytes that are no message. */
export const decode = (encoded: Buffer): Record<string, unknown> => rhea.message.decode(encoded)

/** Text that a client may as well have sent as bytes or as a number; empty for anything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Buffer.isBuffer(value)) return value.toString('utf8')
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
}
