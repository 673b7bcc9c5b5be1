// Emergency numbers by country, as the authorities publish them: what must always go out. 112 works in all of the
// European Union and wherever mobile networks follow 3GPP TS 22.101, so it counts everywhere.

const byCountry: Readonly<Record<string, readonly string[]>> = {
  AE: ['998', '997', '999'],
  AR: ['911', '100', '101', '107'],
  AT: ['122', '133', '144'],
  AU: ['000', '106'],
  BE: ['100', '101'],
  BR: ['190', '192', '193'],
  CA: ['911'],
  CH: ['117', '118', '144', '1414'],
  CL: ['131', '132', '133'],
  CN: ['110', '119', '120'],
  CO: ['123'],
  CZ: ['150', '155', '158'],
  DE: ['110'],
  ES: ['061', '062', '080', '091', '092'],
  FR: ['15', '17', '18', '114'],
  GB: ['999', '18000'],
  GR: ['100', '166', '199'],
  HK: ['999'],
  HU: ['104', '105', '107'],
  ID: ['110', '113', '118'],
  IE: ['999'],
  IL: ['100', '101', '102'],
  IN: ['100', '101', '102', '108'],
  IT: ['113', '115', '118'],
  JP: ['110', '118', '119'],
  KR: ['119'],
  MX: ['911'],
  MY: ['999'],
  NO: ['110', '113'],
  NZ: ['111'],
  PH: ['911'],
  PL: ['997', '998', '999'],
  PT: ['115'],
  RU: ['101', '102', '103'],
  SA: ['911', '997', '998', '999'],
  SG: ['995', '999'],
  TH: ['191', '1669'],
  TR: ['110', '155', '156'],
  TW: ['110', '119'],
  UA: ['101', '102', '103'],
  US: ['911', '933'],
  ZA: ['10111', '10177'],
}

const everywhere = '112'

export function emergencyNumbersOf(country: string): ReadonlySet<string> {
  return new Set([everywhere, ...(byCountry[country] ?? ['911', '999'])])
}
