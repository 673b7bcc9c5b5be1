// What a schema can't say of numbers.yaml: what the kinds of numbers can and can't.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import type { Configuration } from './configuration.ts'
import type { ConfigDocument } from './document.ts'
import { child, findAll, findTexts, valueAt } from './place.ts'

export function numberFaults({ documents }: Configuration): Fault[] {
  const numbers = documents.get('numbers')
  return numbers ? [...overCarriers(numbers), ...withoutFlow(numbers), ...releasedAndClaimed(numbers)] : []
}

/** Telephony facts 3: a direct number has exactly one carrier, whose links stand in for each other. */
function overCarriers(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'numbers.*.carriers').flatMap(({ path, value }) => {
    const number = valueAt(document.value, path.slice(0, -1))
    if (!Array.isArray(value) || value.length < 2 || child(number, 'kind') === 'tollFree') return []
    if (child(number, 'kind') === undefined && isTollFree(child(number, 'number'))) return []
    const message = `${String(child(number, 'number'))} is said to come over ${value.length} carriers.`
    const mend =
      'Only a tollFree number has several: keep the one that carries it, and give that carrier several links.'
    return [document.fault(code.didOverCarriers, path, message, mend)]
  })
}

function isTollFree(number: unknown): boolean {
  return typeof number === 'string' && parsePhoneNumberFromString(number)?.getType() === 'TOLL_FREE'
}

function withoutFlow(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'numbers.*').flatMap(({ path, value }) => {
    if (child(value, 'number') === undefined || child(value, 'flow') !== undefined) return []
    const message = `${String(child(value, 'number'))} has no flow: callers hear that it is not in service.`
    const mend = 'Add `flow:`, or: cordboard number attach NUMBER --flow FLOW.'
    return [document.fault(code.numberWithoutFlow, path, message, mend, { severity: 'warning' })]
  })
}

function releasedAndClaimed(document: ConfigDocument): Fault[] {
  const claimed = new Set(findTexts(document.value, 'numbers.*.number').map(({ value }) => value))
  return findTexts(document.value, 'released.*.number')
    .filter(({ value }) => claimed.has(value))
    .map(({ path, value }) => {
      const message = `${value} is claimed and released at once.`
      return document.fault(code.claimedAndReleased, path, message, 'Take it out of one of the lists.')
    })
}
