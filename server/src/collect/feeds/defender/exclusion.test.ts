import { describe, expect, test } from 'vitest'

import { alertExclusion, incidentExclusion } from './exclusion.ts'
import { AlertOptions, DefenderOptions } from './options.ts'

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const file = (fileName: string, more: object = {}) => ({
  '@odata.type': '#microsoft.graph.security.fileEvidence',
  fileDetails: { fileName, filePath: 'C:\\Tools', sha1: null, sha256: HASH, ...more },
})
const alert = (more: object = {}) => ({
  title: 'Suspicious file',
  detectionSource: 'antivirus',
  evidence: [file('probe.exe')],
  ...more,
})

/** Which setting leaves the alert out. */
function settingOf(given: object, ...[subject]: [object]): string | undefined {
  return alertExclusion(AlertOptions.parse(given))?.(JSON.stringify(subject))
}

describe('an alert is left out', () => {
  test.each([
    ['by nothing where nothing was chosen', {}, alert(), undefined],
    ['by its severity', { severities: ['high', 'medium'] }, alert({ severity: 'low' }), 'severities'],
    ['not by a severity that was chosen', { severities: ['low'] }, alert({ severity: 'low' }), undefined],
    ['by a severity that is not told', { severities: ['low'] }, alert({ severity: null }), 'severities'],
    ['not by one that is not told where those are wanted', { severities: ['unknown'] }, alert(), undefined],
    ['by its source', { detectionSources: ['customDetection'] }, alert(), 'detectionSources'],
    ['not by a source that was chosen', { detectionSources: ['AntiVirus'] }, alert(), undefined],
    [
      'by a source that is not told',
      { detectionSources: ['manual'] },
      alert({ detectionSource: null }),
      'detectionSources',
    ],
    ['by a part of its title, whatever the capitals', { titles: ['SUSPICIOUS'] }, alert(), 'titles'],
    ['by an expression for its title', { titles: ['/^Susp.*file$/'] }, alert(), 'titles'],
    ['not by an expression that differs in capitals', { titles: ['/^susp/'] }, alert(), undefined],
    ['by the name of its file', { files: ['PROBE.exe'] }, alert(), 'files'],
    ['by the path of its file', { files: ['c:/tools/probe.exe'] }, alert(), 'files'],
    ['by the hash of its file', { files: [HASH.toUpperCase()] }, alert(), 'files'],
    [
      'not by one of several files',
      { files: ['probe.exe'] },
      alert({ evidence: [file('probe.exe'), file('real.exe', { sha256: 'b' })] }),
      undefined,
    ],
    ['not by files where it has none', { files: ['probe.exe'] }, alert({ evidence: [] }), undefined],
    [
      'as a test of Prelude',
      { preludeSecurity: true },
      alert({ evidence: [file('t.exe', { filePublisher: 'Prelude Research, Inc.' })] }),
      'preludeSecurity',
    ],
    [
      'as a test of Prelude by its folder',
      { preludeSecurity: true },
      alert({ evidence: [{ imageFile: { fileName: 'x', filePath: 'C:\\prelude\\tests' } }] }),
      'preludeSecurity',
    ],
    [
      'not by a word that holds the name',
      { preludeSecurity: true },
      alert({ evidence: [file('preludes.exe')] }),
      undefined,
    ],
    [
      'not by evidence of another kind',
      { preludeSecurity: true, files: ['x'] },
      alert({ evidence: [{ ipAddress: '192.0.2.1' }, null] }),
      undefined,
    ],
  ])('%s', (_, options, subject, setting) => {
    expect(settingOf(options, subject)).toBe(setting)
  })

  test('whether or not Microsoft fills its fields in', () => {
    const options = { titles: ['a'], files: ['b'], preludeSecurity: true }
    expect(settingOf(options, {})).toBeUndefined()
    expect(settingOf(options, { title: null, evidence: null })).toBeUndefined()
  })
})

describe('an incident is left out', () => {
  const options = DefenderOptions.parse({ files: ['probe.exe'], titles: ['drill'] })
  const settingFor = (incident: object) => incidentExclusion(options)!(JSON.stringify(incident))
  const other = alert({ evidence: [file('other.exe', { sha256: 'c' })] })

  test('by its own name, or when all of its alerts are', () => {
    expect(settingFor({ displayName: 'Fire drill', alerts: [other] })).toBe('titles')
    expect(settingFor({ displayName: 'Attack', alerts: [alert(), alert()] })).toBe('files')
    expect(settingFor({ displayName: 'Attack', alerts: [alert(), other] })).toBeUndefined()
    expect(settingFor({ displayName: 'Attack', alerts: [] })).toBeUndefined()
  })
})

test('an incident is left out by its own severity, whatever that of its alerts', () => {
  const exclusion = incidentExclusion(DefenderOptions.parse({ severities: ['high'] }))!
  expect(exclusion(JSON.stringify({ severity: 'medium', alerts: [alert({ severity: 'high' })] }))).toBe('severities')
  expect(exclusion(JSON.stringify({ severity: 'high', alerts: [alert({ severity: 'low' })] }))).toBeUndefined()
})

describe('settings', () => {
  test('an expression that is none is refused with its reason', () => {
    const { error } = AlertOptions.safeParse({ titles: ['fine', '/(/'] })
    expect(error?.issues).toMatchObject([
      { path: ['titles', 1], message: expect.stringContaining('missing closing )') },
    ])
  })

  test('an expression that would take for ever elsewhere does not here', () => {
    const subject = alert({ title: `${'a'.repeat(5_000)}!` })
    expect(settingOf({ titles: ['/^(a+)+$/'] }, subject)).toBeUndefined()
  })
})
