// A number as somebody dialled it, in the instance's country, and what it is: E.164, an emergency number, or nothing.
import { type CountryCode, isSupportedCountry, type NumberType, parsePhoneNumberWithError } from 'libphonenumber-js/max'

export type DialledNumber =
  | { kind: 'emergency'; number: string }
  | {
      kind: 'e164'
      number: string
      /** Absent: of no country (satellite, +800, …). */
      country?: string
      type: NumberType
    }
  | { kind: 'invalid'; detail: string }

export interface DialledOptions {
  /** ISO 3166. */
  country: string
  emergencyNumbers: ReadonlySet<string>
}

const longestInput = 64

/** Never throws. */
export function readDialled(text: string, { country, emergencyNumbers }: DialledOptions): DialledNumber {
  const written = text.trim()
  const digits = written.replace(/[\s().-]/g, '')
  if (emergencyNumbers.has(digits)) return { kind: 'emergency', number: digits }
  if (written === '' || written.length > longestInput) return { kind: 'invalid', detail: 'no number' }
  try {
    const number = parsePhoneNumberWithError(written, { ...defaultCountry(country), extract: false })
    if (!number.isValid()) return { kind: 'invalid', detail: `no such number: ${number.number}` }
    if (number.ext !== undefined) return { kind: 'invalid', detail: 'it has an extension' }
    const of = number.country
    return { kind: 'e164', number: number.number, ...(of !== undefined && { country: of }), type: number.getType() }
  } catch (fault) {
    return { kind: 'invalid', detail: fault instanceof Error ? fault.message : String(fault) }
  }
}

export function defaultCountry(country: string): { defaultCountry?: CountryCode } {
  return isSupportedCountry(country) ? { defaultCountry: country } : {}
}
