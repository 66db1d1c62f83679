import type { UiTexts } from '../ui/en.ts'
import { hasOwn } from '../../services/record.ts'

/** A provider that a user can sign in with. */
export interface ProviderOption {
  /** The provider id of the environment, such as `wx_open`. */
  id: string
  /** Default: the built-in name of a known provider, else the id. */
  name?: string
  /** The path data of an icon of 24 × 24, drawn as a line. */
  icon?: string
  /** A short word after the name. */
  tag?: string
  /** The OAuth `scope`. */
  scope?: string
}

const ICONS: Record<string, string> = {
  wx_open:
    'M9.500 4C5.400 4 2 6.800 2 10.200c0 1.900 1.100 3.600 2.800 4.700L4 17l2.600-1.300c.9.300 1.900.5 2.900.5M9.500 4c3.600 0 6.700 2.100 7.300 5M15.500 9.500c-3.600 0-6.500 2.400-6.500 5.400s2.900 5.400 6.500 5.400c.8 0 1.600-.1 2.300-.4L20 21l-.5-1.900c1.500-1 2.500-2.500 2.500-4.200 0-3-2.900-5.400-6.500-5.400z',
  google: 'M20 12h-8 M20 12a8 8 0 1 1-2.500-5.800',
  github:
    'M9 19c-4 1.300-4-2-5.600-2.500M15 21v-3.500c0-1 .1-1.400-.5-2 2.800-.3 5.500-1.400 5.500-6a4.600 4.600 0 0 0-1.300-3.200 4.200 4.200 0 0 0-.1-3.200s-1-.3-3.500 1.300a12 12 0 0 0-6.200 0C6.400 2.800 5.400 3.100 5.400 3.100a4.200 4.200 0 0 0-.1 3.200A4.600 4.600 0 0 0 4 9.500c0 4.600 2.700 5.700 5.500 6-.6.600-.6 1.200-.5 2V21',
}
const KEY =
  'M12 3l7.500 3v5.500c0 4.500-3 7.800-7.500 9.500-4.500-1.700-7.500-5-7.500-9.500V6z M9 12l2.200 2.200L15.200 10'

/** Finds the icon of a provider. */
export const iconOf = ({ id, icon }: ProviderOption): string =>
  icon ?? (hasOwn(ICONS, id) ? ICONS[id]! : KEY)

/** Finds the name of a provider in the language of the texts. */
export function nameOf(
  id: string,
  options: readonly ProviderOption[] | undefined,
  { providers }: UiTexts,
): string | undefined {
  const own = options?.find((option) => option.id === id)?.name
  return own ?? (hasOwn(providers, id) ? providers[id as keyof typeof providers] : undefined)
}
