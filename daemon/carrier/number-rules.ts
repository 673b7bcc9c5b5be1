// How a carrier writes numbers: E.164 to what a link is sent, and what a link sends to E.164. Pure.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { NumberRules } from '../config/carrier-schema.ts'
import { defaultCountry } from './dialled-number.ts'

/** `number`: E.164; `country`: the instance's, whose national form is meant. */
export function numberForLink(rules: NumberRules['send'], number: string, country: string): string {
  const plain = formOf(rules.form, number, country)
  const stripped = rules.strip !== undefined && plain.startsWith(rules.strip) ? plain.slice(rules.strip.length) : plain
  return `${rules.add ?? ''}${stripped}`
}

function formOf(form: NumberRules['send']['form'], number: string, country: string): string {
  switch (form) {
    case 'e164':
      return number
    case 'digits':
      return number.slice(1)
    case 'international':
      return `00${number.slice(1)}`
    case 'national': {
      const parsed = parsePhoneNumberFromString(number)
      if (!parsed) return number.slice(1)
      return parsed.country === country ? parsed.formatNational().replace(/[^0-9*#]/g, '') : `00${number.slice(1)}`
    }
  }
}

/** Undefined: it is no telephone number (a name, an account, a short code). */
export function numberFromLink(rules: NumberRules['receive'], written: string, country: string): string | undefined {
  const plain = written.replace(/[\s().-]/g, '')
  const stripped = rules.strip !== undefined && plain.startsWith(rules.strip) ? plain.slice(rules.strip.length) : plain
  const digits = `${rules.add ?? ''}${stripped}`
  if (!/^\+?[0-9]{3,32}$/.test(digits)) return undefined
  if (digits.startsWith('+')) return possible(digits, country)
  switch (rules.form) {
    case 'digits':
      return possible(`+${digits}`, country)
    case 'national':
      return possible(digits, country)
    case 'auto':
      // With country code or without? What is a valid number one way is meant that way.
      return valid(digits, country) ?? valid(`+${digits}`, country) ?? possible(digits, country)
  }
}

function valid(text: string, country: string): string | undefined {
  const parsed = parsePhoneNumberFromString(text, { ...defaultCountry(country), extract: false })
  return parsed?.isValid() ? parsed.number : undefined
}

function possible(text: string, country: string): string | undefined {
  const parsed = parsePhoneNumberFromString(text, { ...defaultCountry(country), extract: false })
  return parsed?.isPossible() ? parsed.number : undefined
}
