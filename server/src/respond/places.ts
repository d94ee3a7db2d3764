import { RECOVERABLE_DELETIONS } from '#connect/apis/graph/mail.ts'

/** Where a message can be, from what its user has before their eyes to what is out of their reach. */
export const PLACES = ['folder', 'junk-email', 'deleted-items', 'recoverable-items', 'gone'] as const
export type Place = (typeof PLACES)[number]

/**
 * Where permanentDelete puts messages: out of everybody's reach but an eDiscovery administrator's, yet an immutable id may
 * still lead there. Microsoft's code knows this name, its documentation does not, so it may be unknown in a cloud.
 */
const PURGES = 'recoverableitemspurges'

/** The folders that make a place, by well-known name. */
export const PLACE_FOLDERS = {
  'junk-email': 'junkemail',
  'deleted-items': 'deleteditems',
  'recoverable-items': RECOVERABLE_DELETIONS,
  gone: PURGES,
} as const satisfies Partial<Record<Place, string>>

/** Every place but an ordinary folder. */
export type SpecialPlace = keyof typeof PLACE_FOLDERS

/** The place that a folder makes, of those whose ids are known. */
export function placeOfFolder(folders: Partial<Record<SpecialPlace, string>>, folderId: string): Place {
  return PLACES.find((place) => place !== 'folder' && folders[place] === folderId) ?? 'folder'
}

const NAMES: Partial<Record<Place, string>> = {
  'junk-email': 'Junk Email',
  'deleted-items': 'Deleted Items',
  'recoverable-items': 'Recoverable Items',
}

/** For people; undefined for an ordinary folder, which has a name of its own. */
export function placeName(place: Place): string | undefined {
  return NAMES[place]
}
