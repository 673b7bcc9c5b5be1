// Telephone numbers as callers key them in.
import t from 'tap'
import { callingCode, e164Of } from '../../../daemon/flow/calling-codes.ts'

const cases: [digits: string, country: string | undefined, number: string | undefined][] = [
  ['2065550100', 'US', '+12065550100'],
  ['12065550100', 'US', '+12065550100'],
  ['5550100', 'US', undefined],
  ['1065550100', 'US', undefined],
  ['02079460100', 'GB', '+442079460100'],
  ['2079460100', 'GB', '+442079460100'],
  ['0412345678', 'AU', '+61412345678'],
  ['0612345678', 'IT', '+390612345678'],
  ['123', 'GB', undefined],
  ['12*4', 'GB', undefined],
  ['2079460100', 'XX', undefined],
  ['442079460100', undefined, '+442079460100'],
  ['00442079460100', undefined, '+442079460100'],
  ['0', undefined, undefined],
  ['1234567890123456', undefined, undefined],
]
for (const [digits, country, number] of cases)
  t.test(`${digits} in ${country ?? 'the world'}`, async (t) => {
    t.equal(e164Of(digits, country), number)
  })

t.test('countries by their two letters, in either case', async (t) => {
  t.equal(callingCode('de'), '49')
  t.equal(callingCode('GB'), '44')
  t.equal(callingCode('??'), undefined)
})
