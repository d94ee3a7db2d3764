import { z } from 'zod'

import { titleTest, type AlertOptions, type DefenderOptions } from './options.ts'

/**
 * Which alerts the settings leave out, told by the name of the setting. All is filtered after fetching: Microsoft cannot filter by
 * `detectionSource`, and what it leaves out itself could not be counted.
 */

const File = z.object({
  fileName: z.string().nullish(),
  filePath: z.string().nullish(),
  filePublisher: z.string().nullish(),
  signer: z.string().nullish(),
  sha1: z.string().nullish(),
  sha256: z.string().nullish(),
})
type File = z.infer<typeof File>

/** Evidence of files and processes; the rest has none of these. */
const Evidence = z.object({
  fileDetails: File.nullish(),
  imageFile: File.nullish(),
  parentProcessImageFile: File.nullish(),
  processCommandLine: z.string().nullish(),
})
type Evidence = z.infer<typeof Evidence>

const Alert = z.object({
  title: z.string().nullish(),
  severity: z.string().nullish(),
  detectionSource: z.string().nullish(),
  evidence: z.array(Evidence.catch({})).nullish(),
})
type Alert = z.infer<typeof Alert>

const Incident = z.object({
  displayName: z.string().nullish(),
  severity: z.string().nullish(),
  alerts: z.array(Alert).nullish(),
})

type Exclusion = (record: string) => string | undefined

/** The settings by which alerts are left out, or undefined where all are wanted. */
export function alertExclusion(options: AlertOptions): Exclusion | undefined {
  const nameOf = settingOf(options, options.detectionSources)
  const isSevere = severityTest(options)
  if (!nameOf && !isSevere) return undefined
  return (record) => {
    const alert = Alert.parse(JSON.parse(record))
    return isSevere && !isSevere(alert) ? 'severities' : nameOf?.(alert)
  }
}

/** As {@link alertExclusion}: by its own severity or title, or when all of its alerts would be left out. */
export function incidentExclusion(options: DefenderOptions): Exclusion | undefined {
  const nameOf = settingOf(options, [])
  const isSevere = severityTest(options)
  if (!nameOf && !isSevere) return undefined
  const isTitle = titleTest(options.titles)
  return (record) => {
    const { displayName, severity, alerts } = Incident.parse(JSON.parse(record))
    if (isSevere && !isSevere({ severity })) return 'severities'
    if (!nameOf) return undefined
    if (isTitle(displayName ?? '')) return 'titles'
    const names = (alerts ?? []).map(nameOf)
    return names.every((name) => name !== undefined) ? names[0] : undefined
  }
}

/** Whether something is of a severity that is wanted; undefined where all are. */
function severityTest({ severities }: DefenderOptions): ((of: Pick<Alert, 'severity'>) => boolean) | undefined {
  if (severities.length === 0) return undefined
  const wanted = new Set<string>(severities)
  return ({ severity }) => wanted.has(severity ?? 'unknown')
}

function settingOf(
  { preludeSecurity, files, titles }: DefenderOptions,
  detectionSources: readonly string[],
): ((alert: Alert) => string | undefined) | undefined {
  if (!preludeSecurity && files.length + titles.length + detectionSources.length === 0) return undefined
  const isTitle = titleTest(titles)
  const sources = new Set(detectionSources.map((source) => source.toLowerCase()))
  const known = new Set(files.map(plainPath))
  return ({ title, detectionSource, evidence }) => {
    if (sources.size > 0 && !sources.has((detectionSource ?? '').toLowerCase())) return 'detectionSources'
    if (isTitle(title ?? '')) return 'titles'
    const named = filesOf(evidence ?? [])
    // One file that is not in the list may be the real thing.
    if (known.size > 0 && named.length > 0 && named.every((file) => namesOf(file).some((name) => known.has(name))))
      return 'files'
    if (preludeSecurity && (evidence ?? []).some(isPreludes)) return 'preludeSecurity'
    return undefined
  }
}

/** What an alert is about; the program that started a process is not. */
function filesOf(evidence: readonly Evidence[]): File[] {
  return evidence.flatMap(({ fileDetails, imageFile }) => [fileDetails, imageFile].filter((file) => !!file))
}

/** Every way to write a file down in the list. */
function namesOf({ fileName, filePath, sha1, sha256 }: File): string[] {
  const whole = filePath && fileName ? [`${filePath}/${fileName}`] : []
  return [fileName, filePath, ...whole, sha1, sha256].filter((name) => !!name).map((name) => plainPath(name!))
}

function plainPath(path: string): string {
  return path.toLowerCase().replaceAll(/[\\/]+/g, '/')
}

/** The vendor's probes and tests carry its name: in a file, a folder, a signature or a command line. */
function isPreludes({ fileDetails, imageFile, parentProcessImageFile, processCommandLine }: Evidence): boolean {
  const files = [fileDetails, imageFile, parentProcessImageFile].filter((file) => !!file)
  const texts = files.flatMap(({ fileName, filePath, filePublisher, signer }) => [
    fileName,
    filePath,
    filePublisher,
    signer,
  ])
  return [...texts, processCommandLine].some((text) => text && /(?<![a-z])prelude(?![a-z])/i.test(text))
}
