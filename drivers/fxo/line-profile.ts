// How a line interface must look to the exchanges of a country: its impedance and the limit of its current. By the values
// that the DAHDI drivers give Silicon Labs' line interfaces; everywhere else 600 Ω without a limit.

export type AcTermination =
  | 'AC_AS_BUILT'
  | 'AC_600'
  | 'AC_900'
  | 'AC_270_750_150'
  | 'AC_220_820_120'
  | 'AC_370_620_310'
  | 'AC_320_1050_230'

export interface LineProfile {
  acTermination: AcTermination
  /** TBR21: at most 60 mA. */
  limitsCurrent: boolean
}

const tbr21: LineProfile = { acTermination: 'AC_270_750_150', limitsCurrent: true }
const german: LineProfile = { acTermination: 'AC_220_820_120', limitsCurrent: true }
const plain: LineProfile = { acTermination: 'AC_600', limitsCurrent: false }
const indian: LineProfile = { acTermination: 'AC_370_620_310', limitsCurrent: false }
const european = 'BE BG CY CZ DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PT RO SE SI SK CH'.split(' ')

const profiles: Readonly<Record<string, LineProfile>> = {
  ...Object.fromEntries(european.map((country) => [country, tbr21])),
  DE: german,
  AT: german,
  GB: { acTermination: 'AC_320_1050_230', limitsCurrent: true },
  NZ: indian,
  IN: indian,
  AU: { acTermination: 'AC_220_820_120', limitsCurrent: false },
  ZA: { acTermination: 'AC_220_820_120', limitsCurrent: false },
}

/** By two letters. */
export function lineProfileOf(country: string): LineProfile {
  return profiles[country] ?? plain
}
