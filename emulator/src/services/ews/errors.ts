import type { Reply } from '#http/exchange.ts'

import { escapeXml, leaf, tag } from './xml.ts'

/** Something wrong with one item of a request: told in its response message, the rest goes on. */
export class ItemError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Something wrong with the whole request: a SOAP fault. */
export class Fault extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 500) {
    super(message)
    this.code = code
    this.status = status
  }
}

export const badSchema = (why: string) =>
  new Fault('ErrorSchemaValidation', `The request failed schema validation: ${why}`)
export const notBuilt = (what: string) =>
  new Fault('ErrorInvalidOperation', `m365-emulator does not implement ${what}.`, 501)

export const itemNotFound = () =>
  new ItemError(
    'ErrorItemNotFound',
    'The specified object was not found in the store., The process failed to get the correct properties.',
  )
export const folderNotFound = () =>
  new ItemError('ErrorFolderNotFound', 'The specified folder could not be found in the store.')
export const malformedId = () => new ItemError('ErrorInvalidIdMalformed', 'Id is malformed.')
export const accessDenied = () =>
  new ItemError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
export const badProperty = () =>
  new ItemError('ErrorInvalidPropertyRequest', 'The property request is invalid for this operation.')

const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types'
const MESSAGES = 'http://schemas.microsoft.com/exchange/services/2006/messages'
const ERRORS = 'http://schemas.microsoft.com/exchange/services/2006/errors'
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'

/** Exchange Server 2019, which calls itself a later schema than those it is asked for by. */
const SERVER = `<s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1544" MinorBuildNumber="4" Version="V2017_07_11" xmlns:h="${TYPES}" xmlns="${TYPES}"/></s:Header>`

const envelope = (body: string) =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${SOAP}">${SERVER}<s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">${body}</s:Body></s:Envelope>`

const XML = { 'content-type': 'text/xml; charset=utf-8' }

/** `<m:FindItemResponse>` with one response message for each thing that was asked about. */
export const responseReply = (operation: string, messages: readonly string[]): Reply => ({
  status: 200,
  headers: XML,
  body: envelope(
    `<m:${operation}Response xmlns:m="${MESSAGES}" xmlns:t="${TYPES}">${tag('m:ResponseMessages', messages.join(''))}</m:${operation}Response>`,
  ),
})

/** An operation whose response is a message itself, without a list around it. */
export const bareReply = (operation: string, inside: string): Reply => ({
  status: 200,
  headers: XML,
  body: envelope(
    `<m:${operation}Response ResponseClass="Success" xmlns:m="${MESSAGES}" xmlns:t="${TYPES}">${leaf('m:ResponseCode', 'NoError')}${inside}</m:${operation}Response>`,
  ),
})

export const success = (operation: string, inside: string): string =>
  tag(`m:${operation}ResponseMessage`, leaf('m:ResponseCode', 'NoError') + inside, { ResponseClass: 'Success' })

export const failure = (operation: string, { code, message }: ItemError, inside = ''): string =>
  tag(
    `m:${operation}ResponseMessage`,
    leaf('m:MessageText', message) + leaf('m:ResponseCode', code) + leaf('m:DescriptiveLinkKey', 0) + inside,
    { ResponseClass: 'Error' },
  )

export function faultReply({ code, status, message }: Fault): Reply {
  const detail = `<e:ResponseCode xmlns:e="${ERRORS}">${code}</e:ResponseCode><e:Message xmlns:e="${ERRORS}">${escapeXml(message)}</e:Message>`
  return {
    status,
    headers: XML,
    body: envelope(
      `<s:Fault><faultcode xmlns:a="${TYPES}">a:${code}</faultcode><faultstring xml:lang="en-US">${escapeXml(message)}</faultstring><detail>${detail}</detail></s:Fault>`,
    ),
  }
}
