/** Where sign-ins come from: cities with what Graph tells about them. */
export interface Place {
  city: string
  state: string
  countryOrRegion: string
  latitude: number
  longitude: number
  /** Hours that local time is ahead of UTC, in winter. */
  offset: number
}

const place = (city: string, state: string, country: string, latitude: number, longitude: number, offset: number) => ({
  city,
  state,
  countryOrRegion: country,
  latitude,
  longitude,
  offset,
})

/** The offices, and some cities that attackers and travelers sign in from. */
export const PLACES: readonly Place[] = [
  place('Rotterdam', 'Zuid-Holland', 'NL', 51.92, 4.48, 1),
  place('Lisbon', 'Lisboa', 'PT', 38.72, -9.14, 0),
  place('Halifax', 'Nova Scotia', 'CA', 44.65, -63.57, -4),
  place('Antwerp', 'Antwerpen', 'BE', 51.22, 4.4, 1),
  place('Porto', 'Porto', 'PT', 41.15, -8.61, 0),
  place('Riga', 'Riga', 'LV', 56.95, 24.11, 2),
  place('Lagos', 'Lagos', 'NG', 6.45, 3.39, 1),
  place('Singapore', 'Singapore', 'SG', 1.35, 103.82, 8),
]

/** @throws Error for a city that is not among {@link PLACES}. */
export function placeOf(city: string): Place {
  const found = PLACES.find((each) => each.city === city)
  if (!found) throw new Error(`No place ${city}.`)
  return found
}

/** Hour of the day, 0 to 23. */
export const localHour = (city: string, at: number): number =>
  (Math.floor(at / 3_600_000) + placeOf(city).offset + 24) % 24
