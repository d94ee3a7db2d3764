import type { SigmaCorrelation } from '#detect/sigma/documents.ts'

import { thresholdOf } from './condition.ts'
import type { Aggregate, Place } from './entry.ts'

/** Of the Earth as a sphere (IUGG), in km. */
export const RADIUS_KM = 6371.0088
/** Times are often whole seconds: what is told of one second may be a second apart. */
export const SHORTEST_MS = 1_000

/** The place that two numbers say, in degrees; undefined where they say none on Earth. */
export function placeAt(latitude: number | undefined, longitude: number | undefined): Place | undefined {
  if (latitude === undefined || longitude === undefined) return undefined
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined
}

/** Whole kilometers along the great circle: the engines agree on those, whoever computes their sines. */
export function distanceKm(from: Place, to: Place): number {
  const [a, b] = [radians(from.latitude), radians(to.latitude)]
  const north = Math.sin((b - a) / 2)
  const east = Math.sin(radians(to.longitude - from.longitude) / 2)
  const part = north * north + Math.cos(a) * Math.cos(b) * east * east
  return Math.floor(2 * RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, part))) + 0.5)
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}

/** Whole km/h over so many km in so many milliseconds. */
export function speedKmh(km: number, ms: number): number {
  return Math.floor((km * 3_600_000) / Math.max(ms, SHORTEST_MS) + 0.5)
}

/** The greatest speed from one event to the next, of those that end at the last moment and begin in the window. */
export function speed(correlation: Pick<SigmaCorrelation, 'condition' | 'timespanS' | 'fartherThanKm'>): Aggregate {
  const { timespanS, fartherThanKm = 0 } = correlation
  const holds = thresholdOf(correlation)
  let last: { time: number; place: Place } | undefined
  let most: number | undefined
  return {
    add({ seen: { time }, value }) {
      if (typeof value !== 'object') return
      if (last?.time !== time) most = undefined
      if (last && time - last.time <= timespanS * 1000) {
        const km = distanceKm(last.place, value)
        if (km > fartherThanKm) most = Math.max(most ?? 0, speedKmh(km, time - last.time))
      }
      last = { time, place: value }
    },
    drop: () => {},
    result: () => (most !== undefined && holds(most) ? most : undefined),
  }
}
