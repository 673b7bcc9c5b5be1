// Which number a called party sees, where neither flow nor queue says one; and over whose links a number may be shown.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { ClaimedNumber } from '../config/schema.ts'

export type NumberKind = 'did' | 'tollFree' | 'uifn'

export function kindOfNumber({ number, kind }: Pick<ClaimedNumber, 'number' | 'kind'>): NumberKind {
  if (kind) return kind
  if (number.startsWith('+800')) return 'uifn'
  return parsePhoneNumberFromString(number)?.getType() === 'TOLL_FREE' ? 'tollFree' : 'did'
}

/** ITU-T E.169.1: a universal freephone number is called, never calls. */
export function mayBeShown(number: Pick<ClaimedNumber, 'number' | 'kind'>): boolean {
  return kindOfNumber(number) !== 'uifn'
}

/**
 * Local presence: of the instance's own direct numbers the one that shares most digits with the called number, more than
 * those that its whole country has. Undefined: none is any nearer than the others.
 */
export function nearestNumber(called: string, numbers: Iterable<ClaimedNumber>): string | undefined {
  const country = parsePhoneNumberFromString(called)?.countryCallingCode
  if (country === undefined) return undefined
  let best: { number: string; shared: number } | undefined
  for (const claimed of numbers) {
    const shared = sharedDigits(called, claimed.number)
    if (shared <= country.length + 1 || (best && shared <= best.shared) || kindOfNumber(claimed) !== 'did') continue
    best = { number: claimed.number, shared }
  }
  return best?.number
}

/** Plus sign and digits that both begin with. */
function sharedDigits(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}
