import { childOf, escapeXml, readXml, textOf, type XmlElement } from './xml.ts'

/**
 * The envelope around what EWS is asked and answers: SOAP 1.1. An answer is a fault, or one response message for each thing
 * that was asked about, each with a code of its own.
 */
export type SoapAnswer =
  | { kind: 'fault'; version: string | undefined; fault: EwsFault }
  | { kind: 'messages'; version: string | undefined; messages: ResponseMessage[] }

export type ResponseMessage = { element: XmlElement; fault?: EwsFault }

/** Microsoft's words. */
export interface EwsFault {
  /** `ErrorNonExistentMailbox`. */
  code: string
  message: string
  /** How long Exchange asks to wait, milliseconds. */
  backOffMs?: number
}

/** As of here Exchange knows all that is asked: Recoverable Items since 2010, and every later server understands it. */
const SCHEMA = 'Exchange2013_SP1'

/** `mailbox`: the primary SMTP address of who the account acts as. */
export function soapRequest(operation: string, mailbox: string): string {
  const acting = `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${escapeXml(mailbox)}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
  return (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"' +
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">' +
    `<soap:Header><t:RequestServerVersion Version="${SCHEMA}"/>${acting}</soap:Header>` +
    `<soap:Body>${operation}</soap:Body></soap:Envelope>`
  )
}

/** @throws Error whose message says why it is no answer of EWS. */
export function readSoap(text: string): SoapAnswer {
  const envelope = readXml(text)
  const body = childOf(envelope, 'Body')?.children[0]
  if (envelope.name !== 'Envelope' || !body) throw new Error('it is no SOAP envelope')
  const version = versionOf(envelope)
  if (body.name === 'Fault') return { kind: 'fault', version, fault: faultIn(body) }
  const messages = childOf(body, 'ResponseMessages')?.children
  if (!messages) throw new Error(`it has no response messages in ${body.name}`)
  return { kind: 'messages', version, messages: messages.map(messageOf) }
}

function faultIn(fault: XmlElement): EwsFault {
  const detail = childOf(fault, 'detail')
  // Refused before EWS looks at it, a request has only the names that SOAP asks for.
  const code = textOf(detail, 'ResponseCode') ?? textOf(fault, 'faultcode')?.split(':').at(-1) ?? ''
  const message = textOf(detail, 'Message') ?? textOf(fault, 'faultstring') ?? ''
  return { code, message, ...backOff(childOf(detail, 'MessageXml')) }
}

/** A warning came with less than was asked for, and so is an error here. */
function messageOf(element: XmlElement): ResponseMessage {
  if (element.attributes['ResponseClass'] === 'Success') return { element }
  const code = textOf(element, 'ResponseCode') ?? ''
  const message = textOf(element, 'MessageText') ?? ''
  return { element, fault: { code, message, ...backOff(childOf(element, 'MessageXml')) } }
}

function backOff(messageXml: XmlElement | undefined): Pick<EwsFault, 'backOffMs'> {
  const value = messageXml?.children.find(({ attributes }) => attributes['Name'] === 'BackOffMilliseconds')
  const backOffMs = Number(value?.text.trim() || Number.NaN)
  return Number.isFinite(backOffMs) ? { backOffMs } : {}
}

function versionOf(envelope: XmlElement): string | undefined {
  const info = childOf(envelope, 'Header', 'ServerVersionInfo')?.attributes
  if (!info) return undefined
  const { MajorVersion, MinorVersion, MajorBuildNumber, MinorBuildNumber } = info
  return [MajorVersion, MinorVersion, MajorBuildNumber, MinorBuildNumber].filter((part) => part !== undefined).join('.')
}
