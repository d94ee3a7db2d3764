import { setMeaning } from '#normalize/ecs/categories.ts'
import { integerOf, textOf } from '#normalize/json.ts'
import { quote } from '#normalize/sentence.ts'
import { nameOf } from '#normalize/steps/user.ts'
import { urlOf } from '#normalize/steps/url.ts'
import type { Subject } from './subject.ts'

/** Somebody clicked a link that Safe Links knows as bad. Whether they got there is what `URLClickAction` says. */
export const threatClick: Subject = {
  name: 'threat-click',
  recordTypes: [41],
  run({ audit, actor }, event) {
    const [deed, type] = ACTIONS.get(textOf(audit.URLClickAction)?.toLowerCase() ?? '') ?? ['clicked', 'info']
    setMeaning(event, { category: ['intrusion_detection', 'web'], type: type === 'info' ? ['info'] : [type, 'info'] })
    event.event.kind = 'alert'
    const url = textOf(audit.Url) ?? textOf(audit.URL)
    const link = textOf(audit.EventDeepLink)
    const source = textOf(audit.SourceId)
    const app = textOf(audit.AppName)
    if (url !== undefined) event.url = urlOf(url)
    if (link !== undefined) event.event.url = link
    // Of a click in a mail it is the mail's network message id.
    if (source !== undefined && /mail/i.test(app ?? '')) event.email = { local_id: source.toLowerCase() }
    if (app !== undefined) event.service = { name: app }
    const where = app === undefined ? '' : ` in ${integerOf(app) === undefined ? app : `app ${app}`}`
    event.message = `${nameOf(actor) ?? 'Someone'} ${deed} ${url === undefined ? 'a link' : quote(url)}${where}.`
  },
}

/** By Microsoft's number and by its name. */
const ACTIONS: ReadonlyMap<string, [deed: string, type: 'denied' | 'allowed' | 'info']> = new Map(
  (
    [
      ['0', 'none', 'clicked', 'info'],
      ['1', 'allowed', 'clicked and reached', 'allowed'],
      ['2', 'blockpage', 'was kept from', 'denied'],
      ['3', 'pendingdetonationpage', 'had to wait for the check of', 'info'],
      ['4', 'blockpageoverride', 'went on in spite of the warning to', 'allowed'],
      ['5', 'pendingdetonationpageoverride', 'did not wait for the check of', 'allowed'],
    ] as const
  ).flatMap(([number, name, deed, type]) => [
    [number, [deed, type]],
    [name, [deed, type]],
  ]),
)
