import { alertHistories, alerts } from '#world/security/alerts.ts'
import { protocolNow } from '#clock.ts'
import { random } from '#world/random.ts'
import { rolesInForce } from '#world/applications.ts'
import type { Cloud, Tenant } from '#cloud.ts'
import type { Recorded } from '#world/changes.ts'
import type { TokenKeys } from '#token-keys.ts'

import { Rating } from './rating.ts'
import { TERMS } from './target.ts'
import { activeSubscriptions, findSubscription, subscriptions } from './subscription.ts'
import { alertEventsOf, isWanted, nextAlertEvents } from './alert-events.ts'
import { alertPart, headOf, mailPart, validationToken } from './notification.ts'
import { mailEvents } from './mail-events.ts'
import { post } from './webhook.ts'
import type { AlertEvent } from './alert-events.ts'
import type { Subscription } from './subscription.ts'

/** Something that waits for its moment on the tenant's clock. Times are tenant time, milliseconds. */
interface Waiting {
  tenant: Tenant
  subscriptionId: string
  /** `plan`: look for the next alert. The others say which address it goes to. */
  kind: 'notification' | 'lifecycle' | 'plan'
  due: number
  /** When it was to be told first. */
  since: number
  attempts: number
  /** It has waited because its endpoint is slow. */
  delayed: boolean
  part: object
}

type LifecycleEvent = 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed'

const MINUTE = 60_000
const LONGEST_RETRY = 240 * MINUTE
const FIRST_RETRY = 10_000
/** How long before the end of a subscription its owner is reminded. */
const REMINDER = 15 * MINUTE
const SLOW = 10_000
const JSON_TYPE = 'application/json; charset=utf-8'

/** From now on, until the cloud is closed, subscribers are told of changes. */
export const notifySubscribers = (cloud: Cloud, keys: TokenKeys): void => void new Notifier(cloud, keys)

/**
 * Tells subscribers what has changed: a message some seconds after the change, an alert within a minute, a further attempt
 * twice as long after the last, up to four hours. Everything waits on the tenant's clock, so that a test moves on by moving
 * the clock. What waits is not kept over a restart.
 */
class Notifier {
  readonly #cloud: Cloud
  readonly #keys: TokenKeys
  readonly #ratings = new Map<string, Rating>()
  #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(cloud: Cloud, keys: TokenKeys) {
    this.#cloud = cloud
    this.#keys = keys
    cloud.watch((change) => this.#hear(change))
    cloud.closing.addEventListener('abort', () => clearTimeout(this.#timer))
    this.#beginAll()
  }

  /** With the subscriptions there are, from the start or in another state. */
  #beginAll(): void {
    this.#waiting = []
    for (const tenant of this.#cloud.tenants)
      for (const subscription of activeSubscriptions(tenant)) this.#begin(tenant, subscription)
    this.#wake()
  }

  #hear(change: Recorded | undefined): void {
    if (!change) return this.#beginAll()
    const tenant = this.#cloud.tenants.find(({ world }) => world.tenantId === change.tenant)
    if (tenant && change.type === 'object.put' && change.kind === subscriptions.name)
      this.#begin(tenant, change.value as Subscription)
    else if (tenant) this.#watch(tenant, change)
    this.#wake()
  }

  /** A subscription that is new, or goes on for longer. */
  #begin(tenant: Tenant, subscription: Subscription): void {
    const isReminder = ({ kind, part }: Waiting) =>
      kind === 'lifecycle' && 'lifecycleEvent' in part && part.lifecycleEvent === 'reauthorizationRequired'
    this.#waiting = this.#waiting.filter((each) => each.subscriptionId !== subscription.id || !isReminder(each))
    this.#tellLifecycle(tenant, subscription, 'reauthorizationRequired', subscription.expiresAt - REMINDER)
    if (subscription.target.kind === 'alerts') this.#planAlerts(tenant, subscription, tenant.now)
  }

  #watch(tenant: Tenant, change: Recorded): void {
    const active = activeSubscriptions(tenant)
    // Most changes concern nobody's subscription, and looking into a mailbox has a price.
    if (active.length === 0) return
    for (const event of active.some(({ target }) => target.kind === 'messages') ? mailEvents(tenant, change) : [])
      for (const subscription of active) {
        const { target, changeTypes } = subscription
        if (target.kind !== 'messages' || target.user !== event.mailbox.person.id) continue
        const here = target.folder === null ? !isRecoverable(event.folder) : target.folder === event.folder
        if (!here || !changeTypes.includes(event.changeType)) continue
        const key = `${change.number} ${event.changeType}`
        const due = tenant.now + delay(subscription, key, 1_000, 5_000)
        this.#tell(tenant, subscription, key, due, mailPart(tenant, subscription, event))
      }
    for (const subscription of active) {
      if (subscription.target.kind !== 'alerts') continue
      if (change.type === 'trace.left' && change.trace.surface === alerts.name)
        this.#planAlerts(tenant, subscription, tenant.now - 1)
      if (change.type === 'object.put' && change.kind === alertHistories.name)
        this.#tellOfAlerts(tenant, subscription, alertEventsOf(tenant, change.id, change.at))
    }
  }

  /** The next alert there will be; the one after it is looked for when its moment has come. */
  #planAlerts(tenant: Tenant, subscription: Subscription, after: number): void {
    const { id: subscriptionId } = subscription
    this.#waiting = this.#waiting.filter((each) => each.kind !== 'plan' || each.subscriptionId !== subscriptionId)
    const events = nextAlertEvents(tenant, after, subscription.expiresAt)
    if (events.length === 0) return
    const due = events[0]!.at
    this.#tellOfAlerts(tenant, subscription, events)
    const plan = {
      tenant,
      subscriptionId,
      kind: 'plan',
      due,
      since: due,
      attempts: 0,
      delayed: false,
      part: {},
    } as const
    this.#waiting.push(plan)
  }

  #tellOfAlerts(tenant: Tenant, subscription: Subscription, events: readonly AlertEvent[]): void {
    const { target, changeTypes } = subscription
    if (target.kind !== 'alerts') return
    for (const event of events) {
      if (!changeTypes.includes(event.changeType) || !isWanted(event, target.filter)) continue
      const key = `${event.id} ${event.changeType} ${event.at}`
      const due = event.at + delay(subscription, key, 5_000, 60_000)
      this.#tell(tenant, subscription, key, due, alertPart(event))
    }
  }

  #tell(tenant: Tenant, { id: subscriptionId }: Subscription, key: string, due: number, about: object): void {
    const id = random(tenant.world.seed, 'notification', subscriptionId, key).guid()
    // An alert that was planned is found again when a plan is made anew.
    if (this.#waiting.some(({ part }) => 'id' in part && part.id === id)) return
    const part = { id, ...about }
    const waits = { since: due, attempts: 0, delayed: false }
    this.#waiting.push({ tenant, subscriptionId, kind: 'notification', due, part, ...waits })
  }

  #tellLifecycle(tenant: Tenant, subscription: Subscription, lifecycleEvent: LifecycleEvent, due: number): void {
    if (subscription.lifecycleNotificationUrl === null) return
    const { id: subscriptionId } = subscription
    const waits = { since: due, attempts: 0, delayed: false }
    this.#waiting.push({ tenant, subscriptionId, kind: 'lifecycle', due, part: { lifecycleEvent }, ...waits })
  }

  /** Does what is due, and sleeps until something else is. */
  #wake(): void {
    clearTimeout(this.#timer)
    if (this.#cloud.closing.aborted) return
    const due = this.#waiting.filter((each) => each.due <= each.tenant.now)
    this.#waiting = this.#waiting.filter((each) => each.due > each.tenant.now)
    for (const { kind, tenant, subscriptionId, due: after } of due) {
      const subscription = kind === 'plan' ? findSubscription(tenant, subscriptionId) : undefined
      if (subscription) this.#planAlerts(tenant, subscription, after)
    }
    const told = due.filter(({ kind }) => kind !== 'plan')
    for (const [address, group] of Map.groupBy(told, (each) => this.#addressOf(each)))
      if (address !== undefined) void this.#send(address, group)
    const next = Math.min(...this.#waiting.map((each) => each.due - each.tenant.now))
    if (next <= 0) return this.#wake()
    // A clock that stands does not come closer to anything.
    if (!Number.isFinite(next) || this.#cloud.birth.frozen) return
    this.#timer = setTimeout(() => this.#wake(), Math.min(next, 60 * MINUTE)).unref()
  }

  /** Where it goes; undefined where the subscription has ended or its application may not read any more. */
  #addressOf({ tenant, subscriptionId, kind }: Waiting): string | undefined {
    const subscription = findSubscription(tenant, subscriptionId)
    if (!subscription) return undefined
    if (kind === 'lifecycle') return subscription.lifecycleNotificationUrl ?? undefined
    if (mayRead(tenant, subscription)) return subscription.notificationUrl
    this.#remove(tenant, subscription)
    return undefined
  }

  /** Takes away a subscription whose application has lost its permission, and says so while its address is known. */
  #remove(tenant: Tenant, subscription: Subscription): void {
    tenant.objects(subscriptions).remove(subscription.id)
    const { lifecycleNotificationUrl: address } = subscription
    if (address === null) return
    const value = [{ ...headOf(tenant, subscription), lifecycleEvent: 'subscriptionRemoved' satisfies LifecycleEvent }]
    void this.#post(new URL(address), { value })
  }

  async #send(address: string, group: readonly Waiting[]): Promise<void> {
    const url = new URL(address)
    const rating = this.#ratings.get(url.host) ?? new Rating()
    this.#ratings.set(url.host, rating)
    const state = rating.state(protocolNow())
    if (state === 'drop') return this.#miss(group)
    const waiting = group.filter(({ delayed }) => state === 'slow' && !delayed)
    this.#waiting.push(...waiting.map((each) => ({ ...each, delayed: true, due: each.tenant.now + SLOW })))
    const sent = group.filter((each) => !waiting.includes(each))
    const body = await this.#bodyOf(sent)
    if (body.value.length === 0) return this.#wake()
    // From when it is sent: the clock may be moved on while the answer is awaited.
    const again = sent.map((each) => ({
      ...each,
      attempts: each.attempts + 1,
      due: each.tenant.now + FIRST_RETRY * 2 ** each.attempts,
    }))
    const { status, took } = await this.#post(url, body)
    rating.add(protocolNow(), took)
    if (status >= 200 && status < 300) return
    this.#miss(again.filter(({ due, since }) => due > since + LONGEST_RETRY))
    this.#waiting.push(...again.filter(({ due, since }) => due <= since + LONGEST_RETRY))
    this.#wake()
  }

  #post(url: URL, body: object) {
    return post(url, JSON.stringify(body), JSON_TYPE, this.#cloud.closing)
  }

  async #bodyOf(group: readonly Waiting[]): Promise<{ value: object[]; validationTokens?: string[] }> {
    const applications = new Map<string, Tenant>()
    const value = group.flatMap(({ tenant, subscriptionId, part }) => {
      const subscription = findSubscription(tenant, subscriptionId)
      if (!subscription) return []
      if (subscription.encryption) applications.set(subscription.applicationId, tenant)
      return [{ ...headOf(tenant, subscription), ...part }]
    })
    if (applications.size === 0) return { value }
    const tokens = [...applications].map(([id, tenant]) => validationToken(tenant, this.#keys, id))
    return { value, validationTokens: await Promise.all(tokens) }
  }

  /** Given up on, or dropped: the client has to look for itself. */
  #miss(group: readonly Waiting[]): void {
    const lost = group.filter(({ kind }) => kind === 'notification')
    for (const [id, [first]] of Map.groupBy(lost, ({ subscriptionId }) => subscriptionId)) {
      const { tenant } = first!
      const subscription = findSubscription(tenant, id)
      if (subscription) this.#tellLifecycle(tenant, subscription, 'missed', tenant.now)
    }
    if (lost.length > 0) this.#wake()
  }
}

const delay = (subscription: Subscription, what: string, least: number, most: number): number =>
  random('notification delay', subscription.id, what).between(least, most)

const isRecoverable = (folder: string) => folder.startsWith('recoverableitems')

/** Whether the subscription's application still has a role for it. */
function mayRead(tenant: Tenant, { applicationId, target }: Subscription): boolean {
  const application = tenant.applications.find(({ clientId }) => clientId === applicationId)
  if (!application || application.principal !== undefined) return false
  return rolesInForce(application, tenant.now).some((role) => TERMS[target.kind].roles.includes(role))
}
