import { defineApplication } from './application.ts'

/** Power Automate, Power Apps, Power Pages and how they are administered. */
export const powerPlatform = defineApplication({
  name: 'power-platform',
  place: 'Power Platform',
  recordTypes: [30, 45, 46, 79, 186, 187, 256],
  workloads: ['MicrosoftFlow', 'PowerApps', 'PowerPlatform', 'PowerAutomate', 'PowerPages'],
  objects: [
    'FlowDisplayName',
    'AppName',
    'DisplayName',
    'FlowDetailsUrl',
    'ResourceName',
    'PolicyDisplayName',
    'EnvironmentName',
  ],
  people: ['RecipientUPN', 'SharingUserUpn', 'TargetUser', 'UserUPN'],
})
