// The rules of claiming numbers, as pure functions of what numbers.yaml says: what may be claimed, changed and given back.
//
//   in an inventory ─claim─▶ claimed ─release─▶ released, for ever
import { kindOfNumber, type NumberKind } from '../carrier/caller-id.ts'
import type { ClaimedNumber } from '../config/schema.ts'

export interface NumberBook {
  numbers: readonly ClaimedNumber[]
  released: readonly { number: string }[]
}

export type ClaimRefusal = 'alreadyClaimed' | 'releasedBefore' | 'limitReached' | 'notClaimed' | 'notOffered'

export interface Refused {
  refused: ClaimRefusal
  message: string
  mend: string
}

export function mayClaim({ numbers, released }: NumberBook, number: string, limit: number): Refused | undefined {
  if (numbers.some((one) => one.number === number))
    return refuse('alreadyClaimed', `${number} is claimed already.`, 'Choose another: cordboard number search.')
  if (released.some((one) => one.number === number))
    return refuse('releasedBefore', `${number} was released, and can’t be claimed again.`, 'Choose another.')
  if (numbers.length < limit) return undefined
  const mend = 'Release one, or raise limits.phoneNumbers in box.yaml.'
  return refuse('limitReached', `${numbers.length} numbers are claimed, and ${limit} is the most.`, mend)
}

export function mustBeClaimed({ numbers }: NumberBook, number: string): Refused | undefined {
  if (numbers.some((one) => one.number === number)) return undefined
  return refuse('notClaimed', `${number} is not claimed.`, 'See them with: cordboard number list.')
}

export interface NumberFilter {
  queue?: string | undefined
  flow?: string | undefined
  kind?: NumberKind | undefined
  /** ISO 3166. */
  country?: string | undefined
  carrier?: string | undefined
}

/** A number as it is listed. `country` is absent for those of no country (+800). */
export type ListedNumber = ClaimedNumber & { kind: NumberKind; country?: string; formatted: string }

export function listed(number: ClaimedNumber, of: { country?: string; formatted: string }): ListedNumber {
  return { ...number, ...of, kind: kindOfNumber(number) }
}

export function fits(number: ListedNumber, { queue, flow, kind, country, carrier }: NumberFilter): boolean {
  return (
    (queue === undefined || number.queue === queue) &&
    (flow === undefined || number.flow === flow) &&
    (kind === undefined || number.kind === kind) &&
    (country === undefined || number.country === country) &&
    (carrier === undefined || number.carriers === undefined || number.carriers.includes(carrier))
  )
}

function refuse(refused: ClaimRefusal, message: string, mend: string): Refused {
  return { refused, message, mend }
}
