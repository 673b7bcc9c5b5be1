// What answers mean, type by type.
import t from 'tap'
import type { SlotDefinition, SlotType } from '../../../daemon/bots/bots.ts'
import { keyedSlotValue, mostKeys, slotValue } from '../../../daemon/bots/slot-values.ts'
import { wordsOf } from '../../../daemon/bots/words.ts'

const slotOf = (type: SlotType): SlotDefinition => ({
  name: 'it',
  type,
  attempts: 3,
  minimumDigits: 2,
  maximumDigits: 6,
  choices: [
    { value: 'credit card', synonyms: ['visa', 'card'], dtmf: '1' },
    { value: 'debit card', synonyms: [], dtmf: '12' },
    { value: 'cash', synonyms: ['notes and coins'] },
  ],
})
/** A Monday. */
const today = '2026-01-05'

const spoken: [type: SlotType, said: string, value: string | undefined][] = [
  ['digits', '1234', '1234'],
  ['digits', 'one two three four', '1234'],
  ['digits', 'my number is 12 34', '1234'],
  ['digits', '12-34', '1234'],
  ['digits', 'oh seven double five triple one', undefined],
  ['digits', 'oh double five triple one', '055111'],
  ['digits', 'forty two', '42'],
  ['digits', 'forty two zero', '420'],
  ['digits', 'forty-two', '42'],
  ['digits', 'nineteen eighty', '1980'],
  ['digits', 'one', undefined],
  ['digits', '1234567', undefined],
  ['digits', 'never mind', undefined],
  ['number', '42', '42'],
  ['number', 'forty two', '42'],
  ['number', 'twenty-one please', '21'],
  ['number', 'a hundred and twenty', '120'],
  ['number', 'three thousand five hundred and one', '3501'],
  ['number', 'two million', '2000000'],
  ['number', '1,500.25', '1500.25'],
  ['number', 'three point one four', '3.14'],
  ['number', 'minus five', '-5'],
  ['number', 'zero', '0'],
  ['number', 'one two', undefined],
  ['number', 'five or six', undefined],
  ['number', 'many', undefined],
  ['yesNo', 'yes please', 'Yes'],
  ['yesNo', "that's right", 'Yes'],
  ['yesNo', 'no thanks', 'No'],
  ['yesNo', "that's not right", 'No'],
  ['yesNo', 'perhaps', undefined],
  ['date', 'today', '2026-01-05'],
  ['date', 'tomorrow', '2026-01-06'],
  ['date', 'the day after tomorrow', '2026-01-07'],
  ['date', 'yesterday', '2026-01-04'],
  ['date', 'on Friday', '2026-01-09'],
  ['date', 'monday', '2026-01-12'],
  ['date', 'next sunday', '2026-01-11'],
  ['date', 'the third of March', '2026-03-03'],
  ['date', 'March 3rd', '2026-03-03'],
  ['date', '3 March 2027', '2027-03-03'],
  ['date', 'march twenty first twenty twenty seven', '2027-03-21'],
  ['date', 'twenty-first of june two thousand and thirty', '2030-06-21'],
  ['date', 'the fifth of january', '2026-01-05'],
  ['date', 'January fourth', '2027-01-04'],
  ['date', '2027-02-28', '2027-02-28'],
  ['date', '3/4/2027', '2027-04-03'],
  ['date', '3.4.27', '2027-04-03'],
  ['date', '31 June 2027', undefined],
  ['date', 'thirty first of february', undefined],
  ['date', '2027-02-30', undefined],
  ['date', 'some day', undefined],
  ['choice', 'by credit card', 'credit card'],
  ['choice', 'my debit card please', 'debit card'],
  ['choice', 'visa', 'credit card'],
  ['choice', 'notes and coins', 'cash'],
  ['choice', 'coins', undefined],
  ['text', 'Whatever I say', 'whatever i say'],
  ['text', '...', undefined],
]
for (const [type, said, value] of spoken)
  t.test(`${type}: "${said}"`, async (t) => {
    t.equal(slotValue(slotOf(type), wordsOf(said), { today, locale: 'en-GB' }), value)
  })

const keyed: [type: SlotType, keys: string, value: string | undefined][] = [
  ['digits', '1234', '1234'],
  ['digits', '1', undefined],
  ['digits', '1234567', undefined],
  ['digits', '', undefined],
  ['number', '007', '7'],
  ['number', '', undefined],
  ['yesNo', '1', 'Yes'],
  ['yesNo', '2', 'No'],
  ['yesNo', '3', undefined],
  ['date', '03042027', '2027-04-03'],
  ['date', '20270403', '2027-04-03'],
  ['date', '31062027', undefined],
  ['date', '0304', undefined],
  ['choice', '12', 'debit card'],
  ['choice', '9', undefined],
  ['text', '42', '42'],
  ['text', '', undefined],
]
for (const [type, keys, value] of keyed)
  t.test(`${type} by keys: "${keys}"`, async (t) => {
    t.equal(keyedSlotValue(slotOf(type), keys, { today, locale: 'en-GB' }), value)
  })

t.test('the United States write the month first', async (t) => {
  const american = { today, locale: 'en-US' }
  t.equal(slotValue(slotOf('date'), wordsOf('3/4/2027'), american), '2027-03-04')
  t.equal(keyedSlotValue(slotOf('date'), '03042027', american), '2027-03-04')
})

t.test('how many keys an answer may have', async (t) => {
  const types: SlotType[] = ['digits', 'number', 'yesNo', 'date', 'choice', 'text']
  t.same(
    types.map((type) => mostKeys(slotOf(type))),
    [6, 15, 1, 8, 2, 1024],
  )
})
