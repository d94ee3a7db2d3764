import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { join } from 'node:path'

import type { Emulator } from '#index.ts'

import { StartError } from './start-error.ts'

/** How the other commands find the emulator that runs on a data folder, and ask it. */
export type Running = Omit<Emulator, 'stop'>

interface Noted extends Running {
  pid: number
}

const fileIn = (folder: string) => join(folder, 'running.json')

/** Notes in the data folder where the emulator is; gives what removes the note. */
export function noteRunning(folder: string, running: Running): () => void {
  const noted: Noted = { pid: process.pid, ...running }
  writeFileSync(fileIn(folder), `${JSON.stringify(noted, null, 2)}\n`, { mode: 0o600 })
  return () => {
    // Another one may have been started on the folder meanwhile.
    if (read(folder)?.pid === process.pid) rmSync(fileIn(folder), { force: true })
  }
}

/** @throws StartError where none runs on this folder. */
export function findRunning(folder: string): Running {
  const noted = read(folder)
  if (noted && isAlive(noted.pid)) return noted
  throw new StartError(
    `No emulator is running on ${folder}.`,
    noted ? `The one that was, process ${noted.pid}, has ended without saying so.` : `There is no ${fileIn(folder)}.`,
    `Start it: m365-emulator start --data ${folder}`,
  )
}

/** @throws StartError where one runs on this folder already: two would write over each other. */
export async function refuseSecond(folder: string): Promise<void> {
  const noted = read(folder)
  if (!noted || !isAlive(noted.pid) || !(await answers(noted))) return
  throw new StartError(
    `The data folder ${folder} is in use.`,
    `The emulator at ${noted.url}, process ${noted.pid}, runs on it.`,
    'Use that one, stop it first, or give another folder with --data.',
  )
}

const answers = (running: Running) =>
  ask(running, 'GET', '/_emu/health').then(
    () => true,
    () => false,
  )

function read(folder: string): Noted | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(folder), 'utf8')) as Noted
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Asks one of the emulator's own doors. @throws StartError where it refuses or does not answer. */
export async function ask(running: Running, method: string, path: string, body?: string): Promise<string> {
  const ca = readFileSync(running.caFile)
  const [status, answer] = await new Promise<[number, string]>((resolve, reject) => {
    const outgoing = request(`${running.url}${path}`, { method, ca }, (incoming) => {
      buffer(incoming).then((bytes) => resolve([incoming.statusCode ?? 0, bytes.toString('utf8')]), reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  }).catch((error: unknown) => {
    throw new StartError(
      `The emulator at ${running.url} does not answer.`,
      error instanceof Error ? error.message : String(error),
      'See whether it still runs, and start it again if not.',
    )
  })
  if (status < 300) return answer
  throw new StartError(
    `The emulator refused ${method} ${path}.`,
    messageOf(answer) ?? `It answered ${status}.`,
    'Mend what it names, and try again.',
  )
}

function messageOf(answer: string): string | undefined {
  try {
    return (JSON.parse(answer) as { error?: { message?: string } }).error?.message
  } catch {
    return undefined
  }
}
