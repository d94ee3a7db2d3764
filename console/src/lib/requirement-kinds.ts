import type { RequirementVerdict } from '@cordon/api'

/** What a requirement is, for people. */
export const REQUIREMENT_KINDS: Record<RequirementVerdict['kind'], string> = {
  'directory-role': 'Directory role',
  license: 'License',
  'azure-role': 'Role in Azure',
  'service-principal': 'Service principal',
  setting: 'Setting',
}
