// Numbers as dialled, as E.164, and as carriers write them.
import t from 'tap'
import { readDialled } from '../../../daemon/carrier/dialled-number.ts'
import { emergencyNumbersOf } from '../../../daemon/carrier/emergency-numbers.ts'
import { numberForLink, numberFromLink } from '../../../daemon/carrier/number-rules.ts'

const dialled = (text: string, country: string) =>
  readDialled(text, { country, emergencyNumbers: emergencyNumbersOf(country) })

t.test('what was dialled, in the country of the instance', async (t) => {
  const cases: [text: string, country: string, wanted: object][] = [
    ['020 7946 0101', 'GB', { kind: 'e164', number: '+442079460101', country: 'GB' }],
    ['+44 20 7946 0101', 'US', { kind: 'e164', number: '+442079460101', country: 'GB' }],
    ['(202) 555-0123', 'US', { kind: 'e164', number: '+12025550123', country: 'US' }],
    ['011 44 20 7946 0101', 'US', { kind: 'e164', number: '+442079460101', country: 'GB' }],
    ['00 1 202 555 0123', 'DE', { kind: 'e164', number: '+12025550123', country: 'US' }],
    ['02 1234 5678', 'IT', { kind: 'e164', number: '+390212345678', country: 'IT' }],
    ['0900 1234567', 'DE', { kind: 'e164', type: 'PREMIUM_RATE' }],
    ['+800 1234 5678', 'GB', { kind: 'e164', number: '+80012345678', country: undefined }],
    ['+881 6 1234 5678', 'GB', { kind: 'e164', country: undefined }],
    ['999', 'GB', { kind: 'emergency', number: '999' }],
    ['112', 'GB', { kind: 'emergency', number: '112' }],
    ['911', 'US', { kind: 'emergency', number: '911' }],
    ['911', 'GB', { kind: 'invalid' }],
    ['', 'GB', { kind: 'invalid', detail: 'no number' }],
    ['anna', 'GB', { kind: 'invalid' }],
    ['020 7946 0101 ext 5', 'GB', { kind: 'invalid', detail: 'it has an extension' }],
    ['call 020 7946 0101 now', 'GB', { kind: 'invalid' }],
    ['1'.repeat(5000), 'GB', { kind: 'invalid' }],
  ]
  for (const [text, country, wanted] of cases)
    t.match(dialled(text, country), wanted, `${text.slice(0, 30)} in ${country}`)
})

t.test('what a link is sent', async (t) => {
  const cases: [rules: Parameters<typeof numberForLink>[0], number: string, wanted: string][] = [
    [{ form: 'e164' }, '+442079460101', '+442079460101'],
    [{ form: 'digits' }, '+442079460101', '442079460101'],
    [{ form: 'international' }, '+442079460101', '00442079460101'],
    [{ form: 'national' }, '+442079460101', '02079460101'],
    [{ form: 'national' }, '+12025550123', '0012025550123'],
    [{ form: 'digits', strip: '44', add: '9' }, '+442079460101', '92079460101'],
    [{ form: 'digits', strip: '44' }, '+12025550123', '12025550123'],
  ]
  for (const [rules, number, wanted] of cases)
    t.equal(numberForLink(rules, number, 'GB'), wanted, `${number} by ${JSON.stringify(rules)}`)
})

t.test('what a link sends', async (t) => {
  const cases: [rules: Parameters<typeof numberFromLink>[0], written: string, wanted: string | undefined][] = [
    [{ form: 'auto' }, '+442079460101', '+442079460101'],
    [{ form: 'auto' }, '442079460101', '+442079460101'],
    [{ form: 'auto' }, '02079460101', '+442079460101'],
    [{ form: 'auto' }, '00442079460101', '+442079460101'],
    [{ form: 'auto' }, '12025550123', '+12025550123'],
    [{ form: 'auto' }, '(020) 7946-0101', '+442079460101'],
    [{ form: 'digits' }, '442079460101', '+442079460101'],
    [{ form: 'national' }, '2079460101', '+442079460101'],
    [{ form: 'national', strip: '9' }, '92079460101', '+442079460101'],
    [{ form: 'digits', add: '44' }, '2079460101', '+442079460101'],
    [{ form: 'auto' }, 'anonymous', undefined],
    [{ form: 'auto' }, '', undefined],
    [{ form: 'auto' }, '7', undefined],
    [{ form: 'auto' }, '1'.repeat(40), undefined],
  ]
  for (const [rules, written, wanted] of cases)
    t.equal(numberFromLink(rules, written, 'GB'), wanted, `${written} by ${JSON.stringify(rules)}`)
})
