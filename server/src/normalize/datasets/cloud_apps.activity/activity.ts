import type { Step } from '#normalize/normalizer.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { quote, tell } from '#normalize/sentence.ts'
import { accountName, accountOf } from '#normalize/steps/account.ts'
import { gather } from '#normalize/steps/gather.ts'
import { fileFields } from '#normalize/steps/mail.ts'
import { addAddress, addUrl } from '#normalize/defender/findings.ts'
import { meaningOfActivity, outcomeOfActivity } from '#normalize/defender/activity.ts'

/** Who did what in which application, from where. */
export const describeActivity: Step<ProductRecord> = {
  name: 'activity',
  run({ fields: activity, mentioned }, event) {
    const fields = gather()
    const [device, location, agent] = [activity.device, activity.location, activity.userAgent].map(objectOf)
    const account = actorOf(activity)
    for (const [name, text] of Object.entries(account?.user ?? {})) fields.add(`user.${name}`, text)
    mentioned.users.push(...(account?.names ?? []))
    addAddress({ fields, mentioned }, device!.clientIP, 'source.ip')
    fields.add('source.geo.country_iso_code', textOf(location!.countryCode ?? device!.countryCode)?.toUpperCase())
    fields.add('source.geo.city_name', textOf(location!.city))
    fields.add('user_agent.original', textOf(device!.userAgent))
    fields.add('user_agent.name', textOf(agent!.name ?? agent!.family))
    fields.add('user_agent.os.name', textOf(objectOf(agent!.operatingSystem).name))
    const service = textOf(activity.appName)
    fields.add('service.name', service)
    const action = actionOf(activity)
    fields.add('event.action', action)
    fields.add('event.code', textOf(activity.eventTypeName))
    fields.add('organization.id', textOf(activity.tenantId)?.toLowerCase())
    const objects = objectsOf(activity.objects ?? objectOf(activity.mainInfo).eventObjects).map((one) =>
      textOf(one.name),
    )
    const meaning = meaningOfActivity(action ?? '', textOf(activity.genericEventType))
    setMeaning(event, meaning)
    for (const name of objects) {
      if (name?.includes('://') === true) addUrl({ fields }, name)
      if (name === undefined || !meaning.category.includes('file')) continue
      for (const [field, text] of Object.entries(fileFields(name.slice(name.lastIndexOf('/') + 1))))
        fields.add(`file.${field}`, text)
    }
    event.event.outcome = outcomeOfActivity(action ?? '', resultOf(activity))
    fields.write(event)
    const [object, from] = [objects.find((name) => name !== undefined), fields.at('source.ip')[0]]
    tell(
      event,
      `${account === undefined ? 'Someone' : accountName(account)}: ${action ?? textOf(activity.description) ?? 'an activity'}${
        object === undefined ? '' : ` ${quote(object)}`
      }${service === undefined ? '' : ` in ${service}`}${from === undefined ? '' : ` from ${from}`}`,
    )
  },
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** The application's own name of the operation where there is one. */
function actionOf(activity: JsonObject): string | undefined {
  const { rawOperationName } = objectOf(activity.mainInfo)
  const [raw, event, type, name] = [
    rawOperationName,
    activity.eventActionType,
    activity.actionType,
    activity.eventTypeName,
  ].map(textOf)
  // Entra puts a full stop behind some of its operations.
  return (raw ?? event ?? type ?? name)?.replace(/\.$/, '')
}

function actorOf(activity: JsonObject) {
  const [user, actor] = [objectOf(activity.user), objectOf(activity.resolvedActor)]
  const name = textOf(user.userName)
  const address = name?.includes('@') === true ? name : undefined
  const label = textOf(actor.name)
  return accountOf({
    objectId: actor.id,
    upn: address,
    name: address === undefined ? name : undefined,
    displayName: label === name ? undefined : label,
  })
}

/** Whether it worked, where the application said so. */
function resultOf(activity: JsonObject): unknown {
  const result = objectOf(activity.activityResult ?? objectOf(activity.mainInfo).activityResult)
  return result.isSuccess ?? objectOf(activity.rawDataJson).ResultStatus
}
