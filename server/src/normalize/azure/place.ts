import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'

/** ECS `geo.*` from Graph's `signInLocation`: the place as Microsoft says it. Undefined where it says none. */
export function placeOf(location: unknown): JsonObject | undefined {
  if (!isObject(location)) return undefined
  const { city, state, countryOrRegion, geoCoordinates } = location
  const country = textOf(countryOrRegion)
  const place: JsonObject = {
    city_name: textOf(city),
    region_name: textOf(state),
    ...(country?.length === 2 ? { country_iso_code: country.toUpperCase() } : { country_name: country }),
    location: coordinates(geoCoordinates),
  }
  const known = Object.entries(place).filter(([, value]) => value !== undefined)
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

/** "Riga, LV" */
export function placeName(place: JsonObject | undefined): string | undefined {
  const names = [place?.city_name, place?.country_iso_code ?? place?.country_name].filter((name) => name !== undefined)
  return names.length === 0 ? undefined : names.join(', ')
}

/** Zero degrees by zero degrees lies in the ocean: it is how Microsoft says that it does not know. */
function coordinates(value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined
  const { latitude, longitude } = value
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined
  return latitude === 0 && longitude === 0 ? undefined : { lat: latitude, lon: longitude }
}
