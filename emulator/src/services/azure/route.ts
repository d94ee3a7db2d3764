import type { Caller } from '#bearer.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { Subscription } from '#world/azure/subscriptions.ts'

/** One call of an operation, let in. */
export interface Call extends Caller {
  request: Request
  params: Record<string, string>
  /** The one that the path names; operations of the tenant have none. */
  subscription?: Subscription
  /** What the operation is about, down to the resource group: `/subscriptions/{id}/resourceGroups/{name}` */
  scope: string
}

/** An operation of Azure Resource Manager. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'
  /** `:subscription` and `:group` are looked up before the handler is called. */
  pattern: string
  /** What the caller has to be permitted at the scope; nothing where the answer itself depends on what the caller may see. */
  action?: string
  /** Type of resource, and the `api-version`s it is to be had in. */
  type: string
  versions: readonly string[]
  handle(call: Call): Reply | Promise<Reply>
}

/** Versions of Resource Manager's own types, as it lists them in its errors. */
export const RESOURCES_VERSIONS = [
  ['2025-04-01', '2025-03-01', '2024-11-01', '2024-07-01', '2024-03-01', '2023-07-01', '2022-12-01', '2022-09-01'],
  ['2022-06-01', '2022-05-01', '2022-01-01', '2021-04-01', '2021-01-01', '2020-10-01', '2020-09-01', '2020-08-01'],
  ['2020-07-01', '2020-06-01', '2020-05-01', '2020-01-01', '2019-11-01', '2019-10-01', '2019-09-01', '2019-08-01'],
  ['2019-07-01', '2019-06-01', '2019-05-10', '2019-05-01', '2019-03-01', '2018-11-01', '2018-09-01', '2018-08-01'],
  ['2018-07-01', '2018-06-01', '2018-05-01', '2018-02-01', '2018-01-01', '2017-12-01', '2017-08-01', '2017-06-01'],
  ['2017-05-10', '2017-05-01', '2017-03-01', '2016-09-01', '2016-07-01', '2016-06-01', '2016-02-01', '2015-11-01'],
  ['2015-01-01', '2014-04-01-preview', '2014-04-01', '2014-01-01', '2013-03-01', '2014-02-26', '2014-04'],
].flat()
