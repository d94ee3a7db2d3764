import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { Answer, type Order } from './orders.ts'

/** A worker as a process of its own. */
export interface WorkerProcess {
  /** Resolves with the answer. @throws Error when it cannot carry it out, or has been killed. */
  ask(order: Order): Promise<unknown>
  /** `kill -9`. */
  kill(): Promise<void>
  stop(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** Resolves as soon as the process is there; `ask` waits until it works. */
export function startWorker(settings: {
  data: string
  cloudFile: string
  tenantId: string
  aheadMs: number
}): WorkerProcess {
  const child = fork(PROGRAM, [JSON.stringify(settings)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0

  function expect(id: number): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>()
    waiting.set(id, answer)
    answer.promise.catch(() => undefined)
    return answer.promise
  }

  const isReady = expect(0)
  child.on('message', (message) => {
    const { id, value, error } = Answer.parse(message)
    if (error === undefined) waiting.get(id)?.resolve(value)
    else waiting.get(id)?.reject(new Error(error))
    waiting.delete(id)
  })
  void exited.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('The worker is gone.'))
  })

  const worker: WorkerProcess = {
    async ask(order) {
      await isReady
      const id = ++asked
      const answer = expect(id)
      child.send({ id, order })
      return answer
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async stop() {
      await worker.ask({ kind: 'stop' })
      child.disconnect()
      await exited
    },
  }
  return worker
}
