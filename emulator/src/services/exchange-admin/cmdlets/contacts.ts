import { mailContacts } from '#world/exchange/mail-contacts.ts'
import { findContact } from '#services/exchange-admin/recipient.ts'
import { NOTHING, paged } from '#services/exchange-admin/cmdlet.ts'
import { notFound, refusedBecause } from '#services/exchange-admin/errors.ts'
import { flag, size, text, texts, words } from '#services/exchange-admin/parameters.ts'
import type { Cmdlet, Invocation } from '#services/exchange-admin/cmdlet.ts'
import type { MailContact } from '#world/exchange/mail-contacts.ts'

import { contactRow } from './recipient-rows.ts'

/** Mail contacts. */

const NOT_BUILT = words('FirstName LastName Initials MacAttachmentFormat MessageBodyFormat MessageFormat MailTip')

export const contactCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-MailContact',
    area: 'recipients',
    parameters: { Identity: text, ResultSize: size },
    notBuilt: words('Anr Filter RecipientTypeDetails SortBy OrganizationalUnit'),
    run: (call) => {
      const all = call.given.text('Identity') === undefined ? call.tenant.objects(mailContacts).all() : [named(call)]
      return paged([...all].map(contactRow), call)
    },
  },
  {
    name: 'New-MailContact',
    area: 'recipients',
    parameters: { Name: text, DisplayName: text, Alias: text, ExternalEmailAddress: text },
    notBuilt: NOT_BUILT,
    mandatory: ['Name', 'ExternalEmailAddress'],
    run: ({ given, tenant }) => {
      const name = given.text('Name')!
      const address = smtp(given.text('ExternalEmailAddress')!)
      if (findContact(tenant, address))
        throw refusedBecause(`The proxy address "SMTP:${address}" is already being used.`)
      const id = tenant.newId('mail contact')
      const contact = tenant.objects(mailContacts).put(id, {
        id,
        name: given.text('DisplayName') ?? name,
        alias: given.text('Alias') ?? name.replaceAll(/[^\w.-]/g, ''),
        externalAddress: address,
        addresses: [address],
      })
      return { rows: [contactRow(contact)] }
    },
    audited: ({ given }) => given.text('Name')!,
  },
  {
    name: 'Set-MailContact',
    area: 'recipients',
    parameters: { Identity: text, ExternalEmailAddress: text, EmailAddresses: texts, Force: flag },
    notBuilt: [...NOT_BUILT, ...words('Alias DisplayName Name HiddenFromAddressListsEnabled')],
    mandatory: ['Identity'],
    run: (call) => {
      const { given, tenant } = call
      const contact = named(call)
      const external = given.text('ExternalEmailAddress')
      // The primary one is written with capitals.
      const addresses = given.texts('EmailAddresses')?.toSorted((a) => (a.startsWith('SMTP:') ? -1 : 0))
      const changed: MailContact = {
        ...contact,
        ...(external === undefined ? {} : { externalAddress: smtp(external) }),
        ...(addresses ? { addresses: addresses.map(smtp) } : {}),
      }
      tenant.objects(mailContacts).put(contact.id, changed)
      return NOTHING
    },
  },
  {
    name: 'Remove-MailContact',
    area: 'recipients',
    parameters: { Identity: text },
    mandatory: ['Identity'],
    run: (call) => {
      call.tenant.objects(mailContacts).remove(named(call).id)
      return NOTHING
    },
  },
]

function named({ given, tenant }: Invocation): MailContact {
  const contact = findContact(tenant, given.text('Identity')!)
  if (!contact) throw notFound(given.text('Identity')!)
  return contact
}

function smtp(written: string): string {
  const address = written.replace(/^smtp:/i, '')
  if (/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(address)) return address
  throw refusedBecause(`The address '${written}' is invalid.`, 'Microsoft.Exchange.Data.DataValidationException')
}
