import type { CloudList, FeedChoice } from '@cordon/api'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'

import type { FeedForm, TenantForm } from '#lib/connect-draft.ts'
import { changedOnly, settingsOf } from '#lib/settings.ts'
import { count } from '#lib/words.ts'
import { Field, ListField } from '#parts/field.tsx'
import { Panel } from '#parts/panel.tsx'
import { SettingField } from '#parts/setting-field.tsx'

interface Props {
  choices: CloudList
  feeds: readonly string[]
  /** Facts about the tenant that are asked for. */
  asked: (keyof TenantForm)[]
  /** Feeds whose secret is kept already. */
  secretFeeds?: readonly string[] | undefined
  form: FeedForm
  onChange: (form: FeedForm) => void
}

/** What the chosen feeds want to know; every setting has a default that is right for most. */
export function FeedSettings({ choices, feeds, asked, secretFeeds, form, onChange }: Props) {
  const own = choices.feeds.filter(({ id, options, secret }) => feeds.includes(id) && (options ?? secret))
  return (
    <>
      {asked.length > 0 && (
        <Panel title="About the tenant">
          <TenantFields
            asked={asked}
            tenant={form.tenant}
            onChange={(changes) => onChange({ ...form, tenant: { ...form.tenant, ...changes } })}
          />
        </Panel>
      )}
      {own.map((feed) => (
        <OneFeed key={feed.id} {...{ feed, form, onChange }} hasSecret={secretFeeds?.includes(feed.id) === true} />
      ))}
      {asked.length + own.length === 0 && (
        <p className="text-sm text-ink-2">What you chose has no settings: nothing is to be decided here.</p>
      )}
    </>
  )
}

const PLACES = {
  organization: {
    label: 'Organization',
    placeholder: 'contoso.onmicrosoft.com',
    hint: 'The tenant’s first domain: Microsoft 365 admin center, Settings, Domains. Exchange Online wants it.',
  },
  testMailbox: {
    label: 'Mailbox to try',
    placeholder: 'soc@contoso.example',
    hint: 'The test opens it, so that you know that mailboxes can be reached. Nothing in it is changed.',
  },
  outsideMailbox: {
    label: 'Mailbox that must stay closed',
    placeholder: 'board@contoso.example',
    hint: 'Where a scope limits the application: the test makes sure that this one cannot be opened.',
  },
} as const

interface TenantProps {
  asked: (keyof TenantForm)[]
  tenant: TenantForm
  onChange: (changes: Partial<TenantForm>) => void
}

function TenantFields({ asked, tenant, onChange }: TenantProps) {
  const text = (name: keyof typeof PLACES) =>
    asked.includes(name) && (
      <Field
        {...PLACES[name]}
        spellCheck={false}
        value={tenant[name]}
        onChange={({ target }) => onChange({ [name]: target.value.trim() })}
      />
    )
  return (
    <div className="grid gap-4 p-4 md:grid-cols-2">
      {text('organization')}
      {asked.includes('cloudAppsUrl') && (
        <Field
          label="API URL of Defender for Cloud Apps"
          placeholder="https://contoso.us3.portal.cloudappsecurity.com"
          hint="security.microsoft.com, Settings, Cloud apps, About."
          spellCheck={false}
          value={tenant.cloudAppsUrl}
          onChange={({ target }) => onChange({ cloudAppsUrl: target.value.trim() })}
        />
      )}
      {text('testMailbox')}
      {text('outsideMailbox')}
      {asked.includes('subscriptionIds') && (
        <ListField
          label="Azure subscriptions"
          hint="Subscription IDs."
          className="font-mono text-xs"
          texts={tenant.subscriptionIds}
          onChange={(subscriptionIds) => onChange({ subscriptionIds })}
        />
      )}
      {asked.includes('authorizedDomains') && (
        <ListField
          label="Only mailboxes of these domains"
          hint="Cordon touches no other; all of the tenant’s when empty."
          texts={tenant.authorizedDomains}
          onChange={(authorizedDomains) => onChange({ authorizedDomains })}
        />
      )}
      {asked.includes('breakGlassUsers') && (
        <ListField
          label="Break-glass accounts"
          hint="No action touches them. Object IDs, which stay when an account is renamed, or user principal names."
          texts={tenant.breakGlassUsers}
          onChange={(breakGlassUsers) => onChange({ breakGlassUsers })}
        />
      )}
    </div>
  )
}

interface FeedProps {
  feed: FeedChoice
  hasSecret: boolean
  form: FeedForm
  onChange: (form: FeedForm) => void
}

/** Folded where every setting has a default: most people never need to open it. */
function OneFeed({ feed, hasSecret, form, onChange }: FeedProps) {
  const { id, title, secret } = feed
  const values = form.options[id] ?? {}
  const settings = settingsOf(feed)
  const needsSecret = secret?.isNeeded === true && !hasSecret
  const [isOpen] = useState(needsSecret || settings.some(({ isNeeded }) => isNeeded))
  const changed = Object.keys(changedOnly(settings, values)).length
  return (
    <details open={isOpen} className="group rounded-lg border border-line bg-surface">
      <summary className="flex min-h-11 cursor-pointer list-none items-center gap-2 px-4 group-open:border-b group-open:border-line">
        <ChevronRight aria-hidden className="size-4 text-ink-3 group-open:rotate-90" />
        <span className="flex-1 text-base font-semibold">{title}</span>
        <span className="text-xs text-ink-3">
          {changed === 0 ? 'defaults' : count(changed, 'setting')} {changed > 0 && 'of your own'}
        </span>
      </summary>
      <div className="grid items-start gap-4 p-4 md:grid-cols-2">
        {secret && (
          <Field
            label={secret.title}
            type="password"
            autoComplete="off"
            required={needsSecret}
            placeholder={hasSecret ? 'kept; enter another to replace it' : undefined}
            hint={secret.why}
            value={form.secrets[id] ?? ''}
            onChange={({ target }) => onChange({ ...form, secrets: { ...form.secrets, [id]: target.value } })}
          />
        )}
        {settings.map((setting) => (
          <SettingField
            key={setting.name}
            setting={setting}
            value={values[setting.name] ?? setting.initial}
            onChange={(value) =>
              onChange({ ...form, options: { ...form.options, [id]: { ...values, [setting.name]: value } } })
            }
          />
        ))}
      </div>
    </details>
  )
}
