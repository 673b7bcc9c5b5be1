// Two thousand numbers of forty countries, as people there dial them and as people abroad do, made from the example
// numbers of libphonenumber: what they are in E.164 is known from how they were made, not from reading them.
import {
  type CountryCode,
  getCountryCallingCode,
  getExampleNumber,
  isValidPhoneNumber,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import t from 'tap'
import { readDialled } from '../../../daemon/carrier/dialled-number.ts'
import { emergencyNumbersOf } from '../../../daemon/carrier/emergency-numbers.ts'
import { numberForLink, numberFromLink } from '../../../daemon/carrier/number-rules.ts'

const countries: readonly CountryCode[] = [
  ...([
    'AE',
    'AR',
    'AT',
    'AU',
    'BE',
    'BR',
    'CA',
    'CH',
    'CL',
    'CN',
    'CO',
    'CZ',
    'DE',
    'DK',
    'ES',
    'FI',
    'FR',
    'GB',
  ] as const),
  ...([
    'GR',
    'HK',
    'HU',
    'IE',
    'IL',
    'IN',
    'IT',
    'JP',
    'KR',
    'MX',
    'MY',
    'NL',
    'NO',
    'NZ',
    'PL',
    'PT',
    'RO',
    'SE',
  ] as const),
  ...(['SG', 'TR', 'US', 'ZA'] as const),
]
const each = 50

/** How the rest of the world is dialled from there. */
const abroad: readonly { country: CountryCode; prefix: string }[] = [
  { country: 'GB', prefix: '00' },
  { country: 'US', prefix: '011' },
  { country: 'AU', prefix: '0011' },
  { country: 'JP', prefix: '010' },
]

interface Made {
  country: CountryCode
  /** Calling code and national number put together. */
  e164: string
  national: string
}

function made(country: CountryCode): Made[] {
  const example = getExampleNumber(country, examples)
  if (!example) throw new Error(`there is no example number of ${country}`)
  const code = getCountryCallingCode(country)
  const numbers = new Map<string, Made>()
  for (let step = 0; numbers.size < each && step < 20_000; step++) {
    const tail = String((step * 7919) % 100_000).padStart(5, '0')
    const nationalNumber = example.nationalNumber.slice(0, -5) + tail
    const e164 = `+${code}${nationalNumber}`
    if (!isValidPhoneNumber(e164)) continue
    numbers.set(e164, { country, e164, national: parsePhoneNumberWithError(e164).formatNational() })
  }
  return [...numbers.values()]
}

const read = (text: string, country: string, outsideLine?: string) =>
  readDialled(text, { country, emergencyNumbers: emergencyNumbersOf(country), outsideLine })

/** What came out otherwise than it was made, as lines to read. */
function wrong(numbers: readonly Made[], dial: (number: Made) => ReturnType<typeof readDialled>): string[] {
  return numbers.flatMap((number) => {
    const got = dial(number)
    return got.kind === 'e164' && got.number === number.e164 ? [] : [`${number.e164}: ${JSON.stringify(got)}`]
  })
}

const numbers = countries.flatMap(made)

t.test('there are two thousand, of forty countries', async (t) => {
  t.equal(countries.length, 40)
  t.equal(new Set(numbers.map(({ e164 }) => e164)).size, 2000)
})

t.test('dialled at home, with and without blanks and brackets', async (t) => {
  t.same(
    wrong(numbers, ({ national, country }) => read(national, country)),
    [],
  )
  t.same(
    wrong(numbers, ({ national, country }) => read(national.replace(/[^0-9]/g, ''), country)),
    [],
  )
})

t.test('dialled at home behind a 9 for an outside line', async (t) => {
  t.same(
    wrong(numbers, ({ national, country }) => read(`9${national.replace(/[^0-9]/g, '')}`, country, '9')),
    [],
  )
})

for (const { country: from, prefix } of abroad)
  t.test(`dialled from ${from}: with plus sign, with ${prefix}, and with ${prefix} behind a 9`, async (t) => {
    const foreign = numbers.filter(({ country }) => getCountryCallingCode(country) !== getCountryCallingCode(from))
    for (const written of [
      ({ e164 }: Made) => read(e164, from),
      ({ e164 }: Made) => read(`${prefix}${e164.slice(1)}`, from),
      ({ e164 }: Made) => read(`9${prefix}${e164.slice(1)}`, from, '9'),
    ])
      t.same(wrong(foreign, written), [])
  })

t.test('as a link wants them, and back', async (t) => {
  for (const form of ['e164', 'digits', 'international', 'national'] as const) {
    const lost = numbers.filter(({ e164, country }) => {
      const sent = numberForLink({ form }, e164, country)
      // A carrier that writes numbers with 00 does so wherever it is.
      const written = form === 'international' ? `+${sent.slice(2)}` : sent
      return numberFromLink({ form: form === 'digits' ? 'digits' : 'auto' }, written, country) !== e164
    })
    t.same(lost, [], form)
  }
})

t.test('what is no number is refused, and why is said', async (t) => {
  const refused = (text: string, country: string, why: RegExp, outsideLine?: string) =>
    t.match(read(text, country, outsideLine), { kind: 'invalid', detail: why }, `${text} in ${country}`)
  for (const { country, e164 } of countries.map((one) => made(one)[0]!)) {
    refused(e164.slice(0, 6), 'GB', /too short|no such number/)
    refused(`${e164}0000000`, country, /too long|no such number/)
    refused(`${e164} ext. 12`, country, /extension/)
    refused(`${e164}CALL`, country, /no telephone number|too long|no such number/)
  }
  refused('+999123456789', 'GB', /no such country code/)
  refused('+1 000 000 0000', 'GB', /no such number: \+10000000000/)
  refused('four', 'DE', /no telephone number/)
  refused('', 'DE', /no number/)
  refused('020 7946 0101', 'GB', /outside line is had by 9/, '9')
})

t.test('emergency numbers need no outside line, and no plan of numbers', async (t) => {
  for (const country of countries)
    for (const number of emergencyNumbersOf(country)) {
      t.same(read(number, country, '9'), { kind: 'emergency', number })
      t.same(read(`9 ${number}`, country, '9'), { kind: 'emergency', number })
    }
})
