// The shipped table of the countries' tones, read once.
import { readFileSync } from 'node:fs'
import type { CountryTones } from './tone-patterns.ts'

const file = `${import.meta.dirname}/../../config/tones.json`
let table: Record<string, CountryTones> | undefined

/** Of a country by its two letters; undefined where the table has none. Canada has the tones of the United States. */
export function tonesOfCountry(country: string): CountryTones | undefined {
  table ??= JSON.parse(readFileSync(file, 'utf8')) as Record<string, CountryTones>
  return table[country === 'CA' ? 'US' : country]
}
