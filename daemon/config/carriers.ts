// What carriers.yaml becomes: carriers and their links, with the links' passwords; and what a schema can't say of it.
import { isIP } from 'node:net'
import type { z } from 'zod'
import type { Fault } from '../fault.ts'
import { type Carrier, type CarrierLinkConfig, carriersSchema, type OutboundPolicy } from './carrier-schema.ts'
import { code } from './codes.ts'
import { currentCountry, isCountry } from './countries.ts'
import type { ConfigDocument } from './document.ts'
import { child, findAll, findTexts, isRecord } from './place.ts'
import type { Rate, RateLists } from './rates.ts'
import { ownerName } from './references.ts'
import { readSecretFile } from './secret-file.ts'

export interface Carriers {
  carriers: (Omit<Carrier, 'links' | 'rates'> & {
    links: (CarrierLinkConfig & { password: string | undefined })[]
    rates?: readonly Rate[]
  })[]
  outbound: OutboundPolicy
}

export interface LinkPasswords {
  /** By the places of carrier and link in their lists: `0.1`. */
  byPlace: Map<string, string>
  faults: Fault[]
}

const passwordCodes = {
  missing: code.passwordMissing,
  unreadable: code.passwordUnreadable,
  empty: code.passwordEmpty,
  form: code.passwordForm,
  exposed: code.passwordExposed,
}

/** Carriers give out these passwords: weak ones are theirs to mend. */
export function readLinkPasswords(
  document: ConfigDocument | undefined,
  directory: string,
  secrets: 'required' | 'optional',
): LinkPasswords {
  const passwords: LinkPasswords = { byPlace: new Map(), faults: [] }
  if (!document) return passwords
  for (const { path, value } of findTexts(document.value, 'carriers.*.links.*.passwordFile')) {
    const read = readSecretFile({
      document,
      path,
      file: value,
      directory,
      owner: `The password file of ${ownerName(document.value, path.slice(0, 4), 'link')}`,
      what: 'password',
      longestBytes: 1024,
      secrets,
      codes: passwordCodes,
    })
    passwords.faults.push(...read.faults)
    if (read.text !== undefined) passwords.byPlace.set(`${path[1]}.${path[3]}`, read.text)
  }
  return passwords
}

export function carriersOf(
  declared: z.infer<typeof carriersSchema> | undefined,
  passwords: LinkPasswords,
  rates?: RateLists,
): Carriers {
  const { carriers, outbound } = declared ?? carriersSchema.parse({})
  return {
    outbound,
    carriers: carriers.map(({ rates: _file, ...carrier }, at) => ({
      ...carrier,
      ...ratesAt(rates, at),
      links: carrier.links.map((link, index) => ({ ...link, password: passwords.byPlace.get(`${at}.${index}`) })),
    })),
  }
}

function ratesAt(lists: RateLists | undefined, at: number): { rates?: readonly Rate[] } {
  const rates = lists?.byCarrier.get(at)
  return rates ? { rates } : {}
}

export function carrierFaults(document: ConfigDocument): Fault[] {
  return [
    ...unregistrableLinks(document),
    ...silentLinks(document),
    ...brokenNetworks(document),
    ...keysInClear(document),
    ...unknownCountries(document, 'outbound.countries.*', 'outbound.night.countries.*'),
  ]
}

function unregistrableLinks(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'carriers.*.links.*').flatMap(({ path, value }) => {
    if (!isRecord(value)) return []
    const owner = ownerName(document.value, path, 'Link')
    const missing = ['user', 'passwordFile'].filter((key) => !(key in value))
    if ('register' in value && missing.length > 0) {
      const message = `${owner} registers, but has no ${missing.join(' and no ')}.`
      const mend = `Add ${missing.map((key) => `\`${key}:\``).join(' and ')} as the carrier gave them out.`
      return [document.fault(code.linkCannotRegister, path, message, mend)]
    }
    if ('passwordFile' in value && !('user' in value)) {
      const message = `${owner} has a password, but no user.`
      return [document.fault(code.linkCannotRegister, path, message, 'Add `user:` as the carrier gave it out.')]
    }
    return []
  })
}

/** Nothing would ever tell that the link is dead. */
function silentLinks(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'carriers.*.links.*').flatMap(({ path, value }) => {
    if (!isRecord(value) || 'register' in value || child(value, 'optionsIntervalS') !== 0) return []
    const message = `${ownerName(document.value, path, 'Link')} neither registers nor is asked whether it lives.`
    const mend = 'Leave out `optionsIntervalS: 0`, unless the carrier forbids OPTIONS.'
    return [document.fault(code.linkUnwatched, [...path, 'optionsIntervalS'], message, mend, { severity: 'warning' })]
  })
}

function brokenNetworks(document: ConfigDocument): Fault[] {
  return findTexts(document.value, 'carriers.*.links.*.sources.*').flatMap(({ path, value }) => {
    // What has not even the form is told by the schema.
    if (!/^[0-9A-Fa-f.:]+(\/[0-9]+)?$/.test(value)) return []
    const [address = '', bits] = value.split('/')
    const family = isIP(address)
    const longest = family === 4 ? 32 : 128
    const mend = 'Write an address, or a network like 198.51.100.0/24.'
    if (family === 0 || (bits !== undefined && Number(bits) > longest))
      return [document.fault(code.wrongForm, path, `${JSON.stringify(value)} is no network.`, mend)]
    const shortest = family === 4 ? 8 : 16
    if (bits === undefined || Number(bits) >= shortest) return []
    const message = `The network ${value} is large: whoever is in it makes calls that are taken for the carrier's.`
    return [document.fault(code.sourceTooWide, path, message, 'Write the networks that the carrier tells.')]
  })
}

/** RFC 4568 section 7: keys that anybody on the way can read protect nothing. */
function keysInClear(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'carriers.*.links.*.srtp').flatMap(({ path, value }) => {
    const link = findAll(document.value, 'carriers.*.links.*').find(
      (one) => one.path.length === path.length - 1 && one.path.every((part, index) => part === path[index]),
    )
    if ((value !== 'offered' && value !== 'required') || child(link?.value, 'transport') === 'tls') return []
    const message = `${ownerName(document.value, path.slice(0, 4), 'Link')} sends its SRTP keys in clear.`
    const mend = 'Set `transport: tls`, or know that the path to the carrier is private.'
    return [document.fault(code.keysInClear, path, message, mend, { severity: 'warning' })]
  })
}

/** Of every list of countries under the patterns. */
export function unknownCountries(document: ConfigDocument, ...patterns: string[]): Fault[] {
  return patterns
    .flatMap((pattern) => findTexts(document.value, pattern))
    .filter(({ value }) => /^[A-Z]{2}$/.test(value) && !isCountry(value))
    .map(({ path, value }) => {
      const current = currentCountry(value)
      const mend = current === undefined ? 'Write its ISO 3166 code, e.g. GB or US.' : `Write ${current}.`
      return document.fault(code.unknownCountry, path, `There is no country ${JSON.stringify(value)}.`, mend)
    })
}
