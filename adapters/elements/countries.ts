/** Regions with their calling codes (ITU-T E.164): the first region of a code is its default. */
const REGIONS =
  'CN86HK852MO853TW886AC247AD376AE971AF93AG1AI1AL355AM374AO244AR54AS1AT43AU61AW297AZ994BA387BB1BD880BE32BF226BG359BH973BI257BJ229BM1BN673BO591BR55BS1BT975BW267BY375BZ501US1CA1CD243CF236CG242CH41CI225CK682CL56CM237CO57CR506CU53CV238CW599CY357CZ420DE49DJ253DK45DM1DO1DZ213EC593EE372EG20ER291ES34ET251FI358FJ679FK500FM691FO298FR33GA241GB44GD1GE995GF594GG44GH233GI350GL299GM220GN224GP590GQ240GR30GT502GU1GW245GY592HN504HR385HT509HU36ID62IE353IL972IM44IN91IO246IQ964IR98IS354IT39JE44JM1JO962JP81KE254KG996KH855KI686KM269KN1KP850KR82KW965KY1KZ7LA856LB961LC1LI423LK94LR231LS266LT370LU352LV371LY218MA212MC377MD373ME382MF590MG261MH692MK389ML223MM95MN976MP1MQ596MR222MS1MT356MU230MV960MW265MX52MY60MZ258NA264NC687NE227NF672NG234NI505NL31NO47NP977NR674NU683NZ64OM968PA507PE51PF689PG675PH63PK92PL48PM508PR1PS970PT351PW680PY595QA974RE262RO40RS381RU7RW250SA966SB677SC248SD249SE46SG65SH290SI386SK421SL232SM378SN221SO252SR597SS211ST239SV503SX1SY963SZ268TC1TD235TG228TH66TJ992TK690TL670TM993TN216TO676TR90TT1TV688TZ255UA380UG256UY598UZ998VA39VC1VE58VG1VI1VN84VU678WF681WS685XK383YE967YT262ZA27ZM260ZW263'

/** A region of the picker. */
export interface Region {
  /** ISO 3166-1. */
  id: string
  callingCode: string
  name: string
}

const NAMES: Record<string, Record<string, string>> = {
  en: { HK: 'Hong Kong, China', MO: 'Macao, China', TW: 'Taiwan, China' },
  zh: { HK: '中国香港', MO: '中国澳门', TW: '中国台湾' },
}

const lists = new Map<string, Region[]>()

/** Lists the regions with their names in a language; the first four come first. */
export function regionsIn(language: string): Region[] {
  const known = lists.get(language)
  if (known) return known
  const names = displayNames(language)
  const all = [...REGIONS.matchAll(/([A-Z]{2})(\d+)/g)].map(([, id = '', callingCode = '']) => ({
    id,
    callingCode,
    name: NAMES[language]?.[id] ?? names?.of(id) ?? id,
  }))
  const rest = all.slice(4).sort((a, b) => a.name.localeCompare(b.name, language))
  const list = [...all.slice(0, 4), ...rest]
  lists.set(language, list)
  return list
}

/** Older browsers have none. */
function displayNames(language: string) {
  try {
    return new Intl.DisplayNames([language], { type: 'region' })
  } catch {
    return undefined
  }
}

/** Finds the regions for what was typed: a calling code, a name or its beginning, or an id. */
export function findRegions(typed: string, language: string): Region[] {
  const regions = regionsIn(language)
  const text = typed.normalize('NFKC').trim().toLowerCase()
  const digits = text.replace(/\D/g, '')
  if (digits) {
    const found = regions.filter(({ callingCode }) => callingCode.startsWith(digits))
    return found.sort((a, b) => a.callingCode.length - b.callingCode.length)
  }
  if (!text) return regions
  const others = language === 'en' ? undefined : displayNames('en')
  const ranks = regions.map((region) => {
    const name = region.name.toLowerCase()
    if (name.startsWith(text) || region.id.toLowerCase() === text) return { region, rank: 0 }
    if (name.includes(text)) return { region, rank: 1 }
    return { region, rank: others?.of(region.id)?.toLowerCase().startsWith(text) ? 2 : 3 }
  })
  return ranks
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ region }) => region)
}

/** Finds the region that a number begins with, the longest calling code first. */
export function regionOfNumber(typed: string, language: string): Region | undefined {
  const digits = /^(?:\+|00)([\d\s]+)/.exec(typed.normalize('NFKC').trim())?.[1]?.replace(/\s/g, '')
  if (!digits) return undefined
  const regions = regionsIn(language)
  return [3, 2, 1]
    .map((length) => digits.slice(0, length))
    .map((code) => defaultOf(code) && regions.find(({ id }) => id === defaultOf(code)))
    .find(Boolean) as Region | undefined
}

/** The first region of a calling code in the table; of +1 the United States, of +7 Russia. */
function defaultOf(callingCode: string): string | undefined {
  if (callingCode === '1') return 'US'
  if (callingCode === '7') return 'RU'
  if (callingCode === '44') return 'GB'
  return new RegExp(`([A-Z]{2})${callingCode}(?!\\d)`).exec(REGIONS)?.[1]
}
