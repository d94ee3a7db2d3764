import { textOf } from '#normalize/json.ts'

/** ECS wants the short names of the registry's hives. */
const HIVES: ReadonlyMap<string, string> = new Map([
  ['HKEY_LOCAL_MACHINE', 'HKLM'],
  ['HKEY_CURRENT_USER', 'HKCU'],
  ['HKEY_CLASSES_ROOT', 'HKCR'],
  ['HKEY_USERS', 'HKU'],
  ['HKEY_CURRENT_CONFIG', 'HKCC'],
])

/** `HKEY_LOCAL_MACHINE` as `HKLM`; what is no hive as it is. */
export function hiveOf(value: unknown): string | undefined {
  const name = textOf(value)
  return name === undefined ? undefined : (HIVES.get(name.toUpperCase()) ?? name)
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['binary', 'REG_BINARY'],
  ['dword', 'REG_DWORD'],
  ['qword', 'REG_QWORD'],
  ['string', 'REG_SZ'],
  ['expandstring', 'REG_EXPAND_SZ'],
  ['multistring', 'REG_MULTI_SZ'],
  ['none', 'REG_NONE'],
])

/** Defender's name of a value's type, `ExpandString`, as Windows has it, `REG_EXPAND_SZ`. */
export function registryTypeOf(value: unknown): string | undefined {
  return TYPES.get(textOf(value)?.toLowerCase() ?? '')
}
