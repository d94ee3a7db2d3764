/** Applications of Microsoft that people sign in to, by their well-known ids, and what each asks access to. */
export interface SignInApplication {
  id: string
  name: string
  resourceId: string
  resourceName: string
}

const EXCHANGE = { resourceId: '00000002-0000-0ff1-ce00-000000000000', resourceName: 'Office 365 Exchange Online' }

export const APPLICATIONS: readonly SignInApplication[] = [
  {
    id: '4765445b-32c6-49b0-83e6-1d93765276ca',
    name: 'OfficeHome',
    resourceId: '4765445b-32c6-49b0-83e6-1d93765276ca',
    resourceName: 'OfficeHome',
  },
  { id: '9199bf20-a13f-4107-85dc-02114787ef48', name: 'One Outlook Web', ...EXCHANGE },
  {
    id: '00000003-0000-0ff1-ce00-000000000000',
    name: 'Office 365 SharePoint Online',
    resourceId: '00000003-0000-0ff1-ce00-000000000000',
    resourceName: 'Office 365 SharePoint Online',
  },
  {
    id: '1fec8e78-bce4-4aaf-ab1b-5451cc387264',
    name: 'Microsoft Teams',
    resourceId: '00000003-0000-0000-c000-000000000000',
    resourceName: 'Microsoft Graph',
  },
]

/** Used by scenarios and in the background, and known by name as well. */
const MORE: readonly SignInApplication[] = [
  {
    id: EXCHANGE.resourceId,
    name: EXCHANGE.resourceName,
    ...EXCHANGE,
  },
  { id: 'd3590ed6-52b3-4102-aeff-aad2292ab01c', name: 'Microsoft Office', ...EXCHANGE },
  {
    id: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
    name: 'Microsoft Azure CLI',
    resourceId: '797f4846-ba00-4fd7-ba43-dac1f8f63013',
    resourceName: 'Windows Azure Service Management API',
  },
]

/** All of them. */
export const MICROSOFT_APPLICATIONS: readonly SignInApplication[] = [...APPLICATIONS, ...MORE]

/** By application id; one that is not Microsoft's is called by its id. */
export const signInApplication = (id: string): SignInApplication =>
  MICROSOFT_APPLICATIONS.find((each) => each.id === id) ?? { id, name: id, resourceId: id, resourceName: id }
