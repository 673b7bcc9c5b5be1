// Country calling codes (ITU-T E.164 assigned codes) by ISO 3166 country, and the digit a national number is dialled
// with inside its country but not from abroad.

const codes = `1 US CA PR DO JM BS BB TT GU VI|7 RU KZ|20 EG|27 ZA|30 GR|31 NL|32 BE|33 FR|34 ES|36 HU|39 IT VA|40 RO
41 CH|43 AT|44 GB IM JE GG|45 DK|46 SE|47 NO|48 PL|49 DE|51 PE|52 MX|53 CU|54 AR|55 BR|56 CL|57 CO|58 VE|60 MY|61 AU
62 ID|63 PH|64 NZ|65 SG|66 TH|81 JP|82 KR|84 VN|86 CN|90 TR|91 IN|92 PK|93 AF|94 LK|95 MM|98 IR|211 SS|212 MA|213 DZ
216 TN|218 LY|220 GM|221 SN|222 MR|223 ML|224 GN|225 CI|226 BF|227 NE|228 TG|229 BJ|230 MU|231 LR|232 SL|233 GH|234 NG
235 TD|236 CF|237 CM|238 CV|239 ST|240 GQ|241 GA|242 CG|243 CD|244 AO|245 GW|248 SC|249 SD|250 RW|251 ET|252 SO|253 DJ
254 KE|255 TZ|256 UG|257 BI|258 MZ|260 ZM|261 MG|262 RE|263 ZW|264 NA|265 MW|266 LS|267 BW|268 SZ|269 KM|291 ER|297 AW
298 FO|299 GL|350 GI|351 PT|352 LU|353 IE|354 IS|355 AL|356 MT|357 CY|358 FI|359 BG|370 LT|371 LV|372 EE|373 MD|374 AM
375 BY|376 AD|377 MC|378 SM|380 UA|381 RS|382 ME|385 HR|386 SI|387 BA|389 MK|420 CZ|421 SK|423 LI|500 FK|501 BZ|502 GT
503 SV|504 HN|505 NI|506 CR|507 PA|509 HT|590 GP|591 BO|592 GY|593 EC|594 GF|595 PY|596 MQ|597 SR|598 UY|599 CW|670 TL
673 BN|674 NR|675 PG|676 TO|677 SB|678 VU|679 FJ|680 PW|682 CK|685 WS|686 KI|687 NC|688 TV|689 PF|691 FM|692 MH|850 KP
852 HK|853 MO|855 KH|856 LA|880 BD|886 TW|960 MV|961 LB|962 JO|963 SY|964 IQ|965 KW|966 SA|967 YE|968 OM|970 PS|971 AE
972 IL|973 BH|974 QA|975 BT|976 MN|977 NP|992 TJ|993 TM|994 AZ|995 GE|996 KG|998 UZ`

const codeByCountry: ReadonlyMap<string, string> = new Map(
  codes.split(/[|\n]/).flatMap((entry) => {
    const [code = '', ...countries] = entry.trim().split(' ')
    return countries.map((country) => [country, code] as const)
  }),
)

/** Countries whose national numbers keep or lack the leading zero: it is part of the number, or there is none. */
const withoutTrunkZero = new Set(['US', 'CA', 'PR', 'DO', 'JM', 'BS', 'BB', 'TT', 'GU', 'VI', 'IT', 'VA', 'SM'])

export function callingCode(country: string): string | undefined {
  return codeByCountry.get(country.toUpperCase())
}

/**
 * The E.164 number of what a caller keyed in; undefined when it can be none. With a country the entry is national,
 * with or without its trunk prefix; without, it is international, with or without a leading `00`.
 */
export function e164Of(digits: string, country: string | undefined): string | undefined {
  if (!/^[0-9]+$/.test(digits)) return undefined
  if (country === undefined) return validated(digits.replace(/^00/, ''))
  const code = callingCode(country)
  if (code === undefined) return undefined
  const keepsZero = withoutTrunkZero.has(country.toUpperCase())
  let national = keepsZero ? digits : digits.replace(/^0/, '')
  if (code === '1') {
    // North American numbers have ten digits; the trunk prefix is the 1 that is also the country code.
    national = digits.length === 11 ? digits.replace(/^1/, '') : digits
    if (!/^[2-9][0-9]{9}$/.test(national)) return undefined
  }
  return national.length < 4 ? undefined : validated(code + national)
}

function validated(digits: string): string | undefined {
  return /^[1-9][0-9]{6,14}$/.test(digits) ? `+${digits}` : undefined
}
