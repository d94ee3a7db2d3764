import { GraphError, badRequest } from '#services/graph/errors.ts'
import { allowOptions, readSkip, readTop } from '#services/graph/odata/options.ts'
import { contextOf, itemNotFound, mailboxOf, topTooLarge } from '#services/graph/mail/mailbox-of.ts'
import { masterCategories } from '#world/mail/categories.ts'
import { oneOf, text } from '#services/graph/read-value.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { MasterCategory } from '#world/mail/categories.ts'
import type { Reply } from '#http/exchange.ts'

/** The categories that a mailbox offers, each with a color. Messages may carry others. */

const [READ, WRITE] = [['MailboxSettings.Read'], ['MailboxSettings.ReadWrite']]
const ALL = '/users/:user/outlook/masterCategories'
const ONE = `${ALL}/:category`
const TYPE = 'microsoft.graph.outlookCategory'
const COLORS = ['none', ...Array.from({ length: 25 }, (_, i) => `preset${i}`)]

export const categoryRoutes: readonly Route[] = [
  { method: 'GET', pattern: ALL, returns: `Collection(${TYPE})`, roles: READ, handle: listCategories },
  { method: 'POST', pattern: ALL, returns: TYPE, roles: WRITE, handle: createCategory },
  { method: 'GET', pattern: ONE, returns: TYPE, roles: READ, handle: getCategory },
  { method: 'PATCH', pattern: ONE, returns: TYPE, roles: WRITE, handle: updateCategory },
  { method: 'DELETE', pattern: ONE, roles: WRITE, handle: deleteCategory },
]

const categoriesOf = (call: Call, { person }: Mailbox) => [...call.tenant.objects(masterCategories).of(person.id)]

function listCategories(call: Call): Reply {
  const { query } = call.request
  allowOptions(query, ['$top', '$skip', '$count'])
  const all = categoriesOf(call, mailboxOf(call))
  const skip = readSkip(query)
  const next = skip + readTop(query, 100, 1000, topTooLarge)
  const link = `${call.request.origin}${call.request.path}?${query.with({ $skip: String(next) })}`
  return {
    status: 200,
    body: {
      '@odata.context': contextOf(call, 'outlook/masterCategories'),
      ...(query.get('$count')?.toLowerCase() === 'true' ? { '@odata.count': all.length } : {}),
      value: all.slice(skip, next),
      ...(next < all.length ? { '@odata.nextLink': link } : {}),
    },
  }
}

const entity = (call: Call, category: MasterCategory) => ({
  '@odata.context': contextOf(call, 'outlook/masterCategories/$entity'),
  ...category,
})

function getCategory(call: Call): Reply {
  return { status: 200, body: entity(call, categoryOf(call, mailboxOf(call))) }
}

function categoryOf(call: Call, mailbox: Mailbox): MasterCategory {
  const found = categoriesOf(call, mailbox).find(({ id }) => id === call.params['category']!.toLowerCase())
  if (!found) throw itemNotFound()
  return found
}

/** `POST`: 201 and the category. */
function createCategory(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const { displayName, color = 'none' } = readJson(call.request)
  const name = text(displayName, 'displayName').trim()
  if (name === '' || name.length > 255) throw badRequest('The name of the category is missing or too long.')
  if (categoriesOf(call, mailbox).some((each) => each.displayName.toLowerCase() === name.toLowerCase()))
    throw new GraphError(409, 'CategoryNameExists', 'Category name exists.')
  const category = {
    id: call.tenant.newId(`category ${mailbox.person.index}`),
    displayName: name,
    color: oneOf(COLORS, color, 'color'),
  }
  put(call, mailbox, category)
  return { status: 201, body: entity(call, category) }
}

/** `PATCH`: 200; only the color can be changed. */
function updateCategory(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const category = categoryOf(call, mailbox)
  const body = readJson(call.request)
  if ('displayName' in body && body['displayName'] !== category.displayName)
    throw new GraphError(400, 'ErrorInvalidPropertySet', 'The name of a category cannot be changed.')
  const changed = { ...category, color: oneOf(COLORS, body['color'] ?? category.color, 'color') }
  put(call, mailbox, changed)
  return { status: 200, body: entity(call, changed) }
}

function deleteCategory(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const { id } = categoryOf(call, mailbox)
  call.tenant.objects(masterCategories).remove(`${mailbox.person.id}/${id}`)
  return { status: 204 }
}

const put = (call: Call, { person }: Mailbox, category: MasterCategory) =>
  void call.tenant.objects(masterCategories).put(`${person.id}/${category.id}`, category)
