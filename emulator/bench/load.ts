import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'

/**
 * As many requests as a server answers: every socket sends the next when it has read an answer. Bare sockets, since an HTTP
 * client costs more than the server under test.
 */
export interface Load {
  requestsPerSecond: number
  /** Answers by status. */
  statuses: Record<number, number>
}

const NOTHING = Buffer.alloc(0)

/** Asks 127.0.0.1 for the paths in turn. @throws Error where a socket breaks. */
export async function load(options: {
  port: number
  paths: readonly string[]
  headers: Record<string, string>
  sockets: number
  seconds: number
}): Promise<Load> {
  const { port, paths, headers, sockets, seconds } = options
  const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const requests = paths.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`))
  const statuses: Record<number, number> = {}
  let asked = 0
  let answered = 0
  const begun = performance.now()
  const end = begun + seconds * 1000
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      let rest: Buffer = NOTHING
      const ask = () => socket.write(requests[asked++ % requests.length]!)
      socket.setNoDelay(true)
      socket.on('error', reject)
      socket.on('connect', ask)
      socket.on('close', resolve)
      socket.on('data', (chunk) => {
        rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        const answer = read(rest)
        if (!answer) return
        rest = answer.length === rest.length ? NOTHING : rest.subarray(answer.length)
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
        answered++
        if (performance.now() < end) ask()
        else socket.destroy()
      })
    })
  await Promise.all(Array.from({ length: sockets }, one))
  return { requestsPerSecond: answered / ((performance.now() - begun) / 1000), statuses }
}

/** The answer that `bytes` begin with, once all of it is there. Reads no more of it than it must: the server is measured. */
function read(bytes: Buffer): { status: number; length: number } | undefined {
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const at = bytes.indexOf('ontent-length: ') + 'ontent-length: '.length
  const length = head + 4 + Number(bytes.toString('latin1', at, bytes.indexOf(13, at)))
  return bytes.length < length ? undefined : { status: Number(bytes.toString('latin1', 9, 12)), length }
}
