// A number as somebody dialled it, in the instance's country, and what it is: E.164, an emergency number, or nothing.
import {
  type CountryCode,
  isSupportedCountry,
  type NumberType,
  ParseError,
  parsePhoneNumberWithError,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max'

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
  /** Digits that must stand before outside numbers, unless they have a plus sign. */
  outsideLine?: string | undefined
}

const longestInput = 64

/** Never throws. */
export function readDialled(text: string, options: DialledOptions): DialledNumber {
  const written = text.trim()
  const digits = written.replace(/[\s().-]/g, '')
  const emergency = emergencyOf(digits, options)
  if (emergency !== undefined) return { kind: 'emergency', number: emergency }
  if (written === '' || written.length > longestInput) return { kind: 'invalid', detail: 'no number' }
  const { outsideLine, country } = options
  if (outsideLine === undefined || digits.startsWith('+')) return readNumber(written, country)
  if (digits.startsWith(outsideLine)) return readNumber(digits.slice(outsideLine.length), country)
  return { kind: 'invalid', detail: `an outside line is had by ${outsideLine} before the number` }
}

/** With and without what asks for an outside line: nobody thinks of it then. */
function emergencyOf(digits: string, { emergencyNumbers, outsideLine = '' }: DialledOptions): string | undefined {
  if (emergencyNumbers.has(digits)) return digits
  const behind = digits.startsWith(outsideLine) ? digits.slice(outsideLine.length) : digits
  return emergencyNumbers.has(behind) ? behind : undefined
}

function readNumber(written: string, country: string): DialledNumber {
  try {
    const number = parsePhoneNumberWithError(written, { ...defaultCountry(country), extract: false })
    if (!number.isValid()) return { kind: 'invalid', detail: whyInvalid(number.number) }
    if (number.ext !== undefined) return { kind: 'invalid', detail: 'it has an extension' }
    const of = number.country
    return { kind: 'e164', number: number.number, ...(of !== undefined && { country: of }), type: number.getType() }
  } catch (fault) {
    if (fault instanceof ParseError) return { kind: 'invalid', detail: parseReasons[fault.message] ?? fault.message }
    return { kind: 'invalid', detail: fault instanceof Error ? fault.message : String(fault) }
  }
}

const parseReasons: Readonly<Record<string, string>> = {
  NOT_A_NUMBER: 'it is no telephone number',
  INVALID_COUNTRY: 'there is no such country code',
  TOO_SHORT: 'it is too short',
  TOO_LONG: 'it is too long',
  INVALID_LENGTH: 'no number there has so many digits',
}

function whyInvalid(e164: string): string {
  const length = validatePhoneNumberLength(e164)
  const why = length === undefined ? undefined : parseReasons[length]
  return `no such number: ${e164}${why === undefined ? '' : `, ${why}`}`
}

export function defaultCountry(country: string): { defaultCountry?: CountryCode } {
  return isSupportedCountry(country) ? { defaultCountry: country } : {}
}
