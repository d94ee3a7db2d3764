import { random } from '#world/random.ts'
import type { Attachment, Item } from './item.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { addressOf } from './addresses.ts'
import { attachedMessage, docx, file, noise, pdf, zip } from './files.ts'
import { icsOf } from './ics.ts'
import { htmlFrom } from './html.ts'
import { messageIds, ordinary, workingMoment } from './item.ts'

/**
 * Letters of agents abroad, in their own languages, scripts and charsets, with files of many kinds: what a reader of mail
 * has to cope with and English samples do not show.
 */
interface Agent {
  name: string
  address: string
  charset?: string
  subject: string
  text: string
  fileName: string
}

const AGENTS: readonly Agent[] = [
  {
    name: 'Jürgen Weiß',
    address: 'weiss@elbkontor.example',
    charset: 'iso-8859-1',
    subject: 'Rückfrage zu Lieferung {n} – fällig am Freitag',
    text: 'Guten Tag,\n\nkönnten Sie die Lieferung {n} bis Freitag bestätigen? Die Unterlagen hängen an.\n\nMit freundlichen Grüßen\nJürgen Weiß',
    fileName: 'Lieferschein Größe und Maße für die Übergabe am Containerterminal Nr. {n}.pdf',
  },
  {
    name: 'Иван Соколов',
    address: 'sokolov@volgacargo.example',
    charset: 'koi8-r',
    subject: 'Счёт {n} за перевалку',
    text: 'Здравствуйте,\n\nво вложении счёт {n}. Просим оплатить в течение тридцати дней.\n\nС уважением,\nИван Соколов',
    fileName: 'Счёт {n}.pdf',
  },
  {
    name: '佐藤 花子',
    address: 'sato@minatolines.example',
    charset: 'shift_jis',
    subject: '船積書類 {n} のご確認',
    text: 'お世話になっております。\n\n船積書類 {n} をお送りします。ご確認をお願いいたします。\n\n佐藤 花子',
    fileName: '船積書類_{n}.docx',
  },
  {
    name: '王芳',
    address: 'wang@pearlharbour.example',
    charset: 'gb18030',
    subject: '关于集装箱 {n} 的通知',
    text: '您好，\n\n集装箱 {n} 已到港。请查收附件。\n\n王芳',
    fileName: '到港通知{n}.csv',
  },
  {
    name: 'דנה לוי',
    address: 'levy@haifaport.example',
    subject: 'אישור הזמנה {n}',
    text: 'שלום,\n\nההזמנה {n} אושרה. המסמכים מצורפים.\n\nדנה לוי',
    fileName: 'אישור {n}.html',
  },
  {
    name: 'Łukasz Żółty',
    address: 'zolty@gdanskport.example',
    charset: 'iso-8859-2',
    subject: 'Dokumenty celne {n}',
    text: 'Dzień dobry,\n\nw załączeniu dokumenty celne {n}.\n\nPozdrawiam\nŁukasz Żółty',
    fileName: 'Dokumenty celne {n} – zażółć gęślą jaźń.zip',
  },
  {
    name: 'مريم الحسن',
    address: 'maryam@gulffreight.example',
    subject: 'تأكيد الشحنة {n} 🚢',
    text: 'مرحبا،\n\nتم تأكيد الشحنة {n}.\n\nمريم الحسن',
    fileName: 'تفاصيل {n}.ics',
  },
  {
    name: 'Ana Conceição',
    address: 'conceicao@tejologistica.example',
    charset: 'windows-1252',
    subject: 'RE: Cotação {n} — última revisão',
    text: 'Bom dia,\n\nsegue a última revisão da cotação {n}, com “desconto” de 5 €.\n\nCumprimentos\nAna Conceição',
    fileName: 'cotação.eml',
  },
]

const DAY = 86_400_000

export function international(world: World, person: Person): Item[] {
  const count = random(world.seed, 'international', person.index).between(1, 3)
  return Array.from({ length: count }, (_, i) => letter(world, person, i))
}

function letter(world: World, person: Person, i: number): Item {
  const r = random(world.seed, 'international', person.index, i)
  const agent = r.pick(AGENTS)
  const number = String(r.between(1000, 9999))
  const put = (text: string) => text.replaceAll('{n}', number)
  const item: Item = {
    ...ordinary,
    key: `international.${i}`,
    folder: r.chance(0.1) ? 'archive' : 'inbox',
    conversation: r.guid(),
    ...messageIds(r, `mx.${agent.address.split('@')[1]}`),
    from: { name: agent.name, address: agent.address },
    to: [addressOf(person)],
    subject: put(agent.subject),
    text: put(agent.text),
    receivedAt: workingMoment(r, world.epoch, 29, 1),
    isRead: r.chance(0.8),
    isPlain: r.chance(0.3),
    ...(agent.charset ? { charset: agent.charset } : {}),
    senderIp: `198.51.100.${80 + AGENTS.indexOf(agent)}`,
  }
  // One in three letters comes with a file of up to four megabytes.
  const bytes = Math.floor(r.pick([20_000, 90_000, 400_000, 4_000_000]) * (0.5 + r.next() / 2))
  return r.chance(0.6) ? { ...item, attachments: [attachment(put(agent.fileName), bytes, item)] } : item
}

/** A file of the kind that its name says, around `bytes` long. */
function attachment(name: string, bytes: number, { subject, text, receivedAt, ...of }: Item): Attachment {
  const id = of.networkMessageId
  switch (name.slice(name.lastIndexOf('.') + 1)) {
    case 'pdf':
      return file(name, 'application/pdf', Math.max(bytes, 600), () => pdf(subject, Math.max(bytes, 600), id))
    case 'docx':
      return file(name, DOCX, undefined, () => docx(text.split('\n\n'), Math.min(bytes, 300_000), id))
    case 'csv':
      return file(name, 'text/csv', undefined, () => Buffer.from(`﻿no;container;weight\r\n1;${id.slice(0, 8)};20,5\r\n`))
    case 'html':
      return file(name, 'text/html', undefined, () => Buffer.from(htmlFrom(text)))
    case 'zip':
      return file(name, 'application/zip', undefined, () =>
        zip([
          ['readme.txt', Buffer.from(text)],
          ['inner.zip', zip([['manifest.csv', Buffer.from('id;weight\r\n1;20\r\n')]])],
          ['scan.bin', noise(Math.min(bytes, 200_000), id)],
        ]),
      )
    case 'ics': {
      const start = receivedAt + DAY
      const meeting = {
        kind: 'request',
        uid: id,
        start,
        end: start + 3_600_000,
        location: '',
        isAllDay: false,
      } as const
      return file(name, 'text/calendar', undefined, () =>
        Buffer.from(icsOf({ ...of, subject, text, receivedAt, meeting })),
      )
    }
    default:
      return attachedMessage(nested({ ...of, subject, text, receivedAt }))
  }
}

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** The message that is attached, with one attached to it in turn. */
function nested(item: Item): Item {
  const older = (steps: number, attachments: readonly Attachment[]): Item => {
    const r = random(item.networkMessageId, 'nested', steps)
    return {
      ...item,
      ...messageIds(r, `mx${steps}.${item.from.address.split('@')[1]}`),
      key: `${item.key}.${steps}`,
      subject: item.subject.replace(/^RE: /, ''),
      receivedAt: item.receivedAt - steps * DAY,
      attachments,
    }
  }
  return older(1, [attachedMessage(older(2, []))])
}
