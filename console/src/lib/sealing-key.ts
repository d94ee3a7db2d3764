/**
 * Keys that an action seals secrets to, as new passwords: made in the browser of whoever plans it. The private key cannot leave the
 * browser, and goes once the secrets were shown (docs/adr/0021).
 */

/** The setting of an action that takes the public key. */
export const SEAL_SETTING = 'sealTo'

const ALGORITHM = { name: 'RSA-OAEP', hash: 'SHA-256' }
const KEYS = 'sealing-keys'

/**
 * Makes a key pair and keeps the private key in this browser; gives the public one (SPKI in base64).
 *
 * @throws Error where the browser has no keys to give: on a page that came neither by https nor from this computer.
 */
export async function createSealingKey(): Promise<string> {
  if (!window.isSecureContext) {
    throw new Error(
      'This browser makes keys only for pages that come by https or from this computer. Open Cordon by https, or plan it with `npx cordon actions plan … --key <file>`.',
    )
  }
  const parameters = { ...ALGORITHM, modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) }
  const { publicKey, privateKey } = await crypto.subtle.generateKey(parameters, false, ['encrypt', 'decrypt'])
  const sealTo = btoa(String.fromCodePoint(...new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))))
  await inKeys('readwrite', (keys) => keys.put(privateKey, sealTo))
  return sealTo
}

/** Opens what was sealed to a public key; undefined where this browser does not have its private key. */
export async function readSealingKey(sealTo: string): Promise<((sealed: string) => Promise<string>) | undefined> {
  const key: unknown = await inKeys('readonly', (keys) => keys.get(sealTo))
  if (!(key instanceof CryptoKey)) return undefined
  return async (sealed) => new TextDecoder().decode(await crypto.subtle.decrypt(ALGORITHM, key, bytesOf(sealed)))
}

/** Nobody opens what was sealed to it any more. */
export async function forgetSealingKey(sealTo: string): Promise<void> {
  await inKeys('readwrite', (keys) => keys.delete(sealTo))
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.codePointAt(0)!)

async function inKeys<T>(mode: IDBTransactionMode, ask: (keys: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open('cordon', 1)
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(KEYS))
  const database = await answerOf(opening)
  try {
    return await answerOf(ask(database.transaction(KEYS, mode).objectStore(KEYS)))
  } finally {
    database.close()
  }
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  request.addEventListener('success', () => resolve(request.result))
  request.addEventListener('error', () => reject(request.error ?? new Error('The browser keeps nothing.')))
  return promise
}
