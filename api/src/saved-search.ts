import { z } from 'zod'

const Content = z.strictObject({
  name: z.string().trim().min(1).max(100),
  query: z.string().max(10_000).default('').describe('KQL.'),
  from: z.string().max(100).default('now-24h').describe('As chosen: `now-24h`, or ISO.'),
  to: z.string().max(100).default('now'),
  columns: z
    .array(z.string().max(300))
    .max(50)
    .default([])
    .describe('Fields that the table shows; its own choice when empty.'),
})

/** POST /api/tenants/{tenantId}/saved-searches. Its name is taken once in a tenant: SEARCH_NAME_TAKEN (409). */
export const CreateSavedSearch = Content.meta({ id: 'CreateSavedSearch' })
export type CreateSavedSearch = z.infer<typeof CreateSavedSearch>

/** PATCH /api/tenants/{tenantId}/saved-searches/{id}: what is absent stays. Its owner and administrators may. */
export const ChangeSavedSearch = z
  .strictObject({
    name: Content.shape.name.optional(),
    query: Content.shape.query.unwrap().optional(),
    from: Content.shape.from.unwrap().optional(),
    to: Content.shape.to.unwrap().optional(),
    columns: Content.shape.columns.unwrap().optional(),
  })
  .meta({ id: 'ChangeSavedSearch' })
export type ChangeSavedSearch = z.infer<typeof ChangeSavedSearch>

/** A search that somebody keeps; everybody who may read the tenant's events sees it. */
export const SavedSearch = z
  .object({
    ...Content.shape,
    id: z.string(),
    createdBy: z.string().describe('Name of its owner.'),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'SavedSearch' })
export type SavedSearch = z.infer<typeof SavedSearch>

/** GET /api/tenants/{tenantId}/saved-searches: by name. */
export const SavedSearchList = z.object({ searches: z.array(SavedSearch) }).meta({ id: 'SavedSearchList' })
export type SavedSearchList = z.infer<typeof SavedSearchList>
