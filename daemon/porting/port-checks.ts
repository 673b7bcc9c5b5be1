// What a losing carrier checks before it lets numbers go (telephony facts 5): found here first, where a mistake costs
// minutes and not weeks. Pure.
import { kindOfNumber } from '../carrier/caller-id.ts'
import type { DocumentKind, Port } from '../config/porting-schema.ts'
import { describeE164 } from '../numbers/number-text.ts'
import { isOver } from './port-machine.ts'

const dayMs = 86_400_000
const letterDays = 15
const billDays = 90
/** More stand in an annex. */
export const numbersOnLetter = 10

/** In words, one each; empty: it may be submitted. `others`: the instance's other ports. */
export function portProblems(port: Port, others: readonly Port[], nowEpochMs: number): string[] {
  const { losing, customer } = port
  return [
    ...numberProblems(port, others),
    ...(losing.account === undefined ? [`there is no account number at ${losing.carrier}`] : []),
    ...(customer.company === undefined ? ['there is no company name'] : []),
    ...addressProblems(customer.address),
    ...(customer.contact === undefined ? ['nobody is named who may sign'] : []),
    ...documentProblems(port, 'bill', 'a copy of the last bill', billDays, nowEpochMs),
    ...documentProblems(port, 'signedLetter', 'the letter of authorization, signed by hand,', letterDays, nowEpochMs),
  ]
}

function numberProblems(port: Port, others: readonly Port[]): string[] {
  const countries = new Set(port.numbers.map((number) => describeE164(number).country))
  const elsewhere = others.filter(({ id, state }) => id !== port.id && !isOver(state))
  return [
    ...(countries.size > 1 ? ['the numbers are of several countries: one port is of one'] : []),
    ...port.numbers
      .filter((number) => kindOfNumber({ number }) === 'uifn')
      .map((number) => `${number} is a universal freephone number, which is moved by the ITU’s registrar`),
    ...port.numbers.flatMap((number) => {
      const other = elsewhere.find(({ numbers }) => numbers.includes(number))
      return other ? [`${number} is in port ${other.id} too`] : []
    }),
  ]
}

function addressProblems(address: string | undefined): string[] {
  if (address === undefined) return ['there is no address of the service']
  const isBox = /\b(p\.? ?o\.? ?box|postfach|bo[iî]te postale|apartado)\b/i.test(address)
  return isBox ? ['the address is a post-office box'] : []
}

function documentProblems(
  { documents }: Port,
  kind: DocumentKind,
  what: string,
  days: number,
  nowEpochMs: number,
): string[] {
  const last = documents.findLast((document) => document.kind === kind)
  if (!last) return [`${what} is missing`]
  const isOld = nowEpochMs - Date.parse(last.date) > days * dayMs
  return isOld ? [`${what} is of ${last.date}: older than ${days} days`] : []
}
