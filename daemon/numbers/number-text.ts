// Numbers as commands are given them and show them: E.164 checked by libphonenumber, and written for people.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { readDialled } from '../carrier/dialled-number.ts'

/** Every country has some: none of them is a number to claim. */
const noEmergencies: ReadonlySet<string> = new Set()

/** `country`: whose national numbers are meant. `problem` in words. */
export function readE164(text: string, country: string): { e164: string } | { problem: string } {
  const read = readDialled(text, { country, emergencyNumbers: noEmergencies })
  if (read.kind === 'e164') return { e164: read.number }
  return { problem: read.kind === 'invalid' ? read.detail : 'it is an emergency number' }
}

export function describeE164(e164: string): { country?: string; formatted: string } {
  const parsed = parsePhoneNumberFromString(e164)
  const country = parsed?.country
  return { formatted: parsed?.formatInternational() ?? e164, ...(country !== undefined && { country }) }
}
