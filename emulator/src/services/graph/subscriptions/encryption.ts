import {
  X509Certificate,
  constants,
  createCipheriv,
  createHash,
  createHmac,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'

/** Resource data as it is sent along: only who has the certificate's key can read it. */
export interface EncryptedContent {
  /** AES-256-CBC; the first 16 bytes of the key are the initial vector. */
  data: string
  /** HMAC-SHA256 of the enciphered data, with the same key. */
  dataSignature: string
  /** RSA-OAEP of the key. */
  dataKey: string
  encryptionCertificateId: string
  /** SHA-1, hexadecimal. */
  encryptionCertificateThumbprint: string
}

/** The certificate in base64 DER; undefined for what is none, or has no RSA key of 2048 to 4096 bits. */
export function readCertificate(base64: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'))
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
    const bits = asymmetricKeyDetails?.modulusLength ?? 0
    return asymmetricKeyType === 'rsa' && bits >= 2048 && bits <= 4096 ? certificate : undefined
  } catch {
    return undefined
  }
}

export function encipher(
  content: object,
  { certificate, certificateId }: { certificate: string; certificateId: string },
): EncryptedContent {
  const { publicKey, raw } = new X509Certificate(Buffer.from(certificate, 'base64'))
  const key = randomBytes(32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16))
  const data = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()])
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  return {
    data: data.toString('base64'),
    dataSignature: createHmac('sha256', key).update(data).digest('base64'),
    dataKey: publicEncrypt({ key: publicKey, padding, oaepHash: 'sha1' }, key).toString('base64'),
    encryptionCertificateId: certificateId,
    encryptionCertificateThumbprint: createHash('sha1').update(raw).digest('hex').toUpperCase(),
  }
}
