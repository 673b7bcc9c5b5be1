// Where an account's phones are: those that registered, and one at a fixed address.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Counters } from '../counters.ts'
import type { Log } from '../log/log.ts'
import type { Registrations } from './access/registrations.ts'
import type { SipAccount } from './endpoint.ts'
import type { PhoneAddress } from './outbound-fork.ts'
import { formatHost, type HostPort, parseHostPort } from './wire/host-port.ts'
import { escapeUser } from './wire/sip-uri.ts'

export interface PhoneWorld {
  registrations: Registrations
  counters: Counters
  log: Log
}

export async function placesOf(account: SipAccount, world: PhoneWorld): Promise<PhoneAddress[]> {
  const registered = world.registrations.phones(account.userName).map((ways) => ({
    uri: ways[0].uri,
    targets: ways.map(({ source }) => source),
    headers: ways[0].path.map((proxy) => `Route: ${proxy}`),
  }))
  const fixed = account.address === undefined ? undefined : await fixedPhone(account.userName, account.address, world)
  return fixed ? [...registered, fixed] : registered
}

/** RFC 5373, and the two ways that phones know from before it. */
export function answeringItself(phone: PhoneAddress): PhoneAddress {
  const asked = [
    'Answer-Mode: Auto',
    'Call-Info: <sip:cordboard@localhost>;answer-after=0',
    'Alert-Info: <http://localhost>;info=alert-autoanswer;delay=0',
  ]
  return { ...phone, headers: [...(phone.headers ?? []), ...asked] }
}

async function fixedPhone(userName: string, text: string, world: PhoneWorld): Promise<PhoneAddress | undefined> {
  const place = parseHostPort(text)
  if (!place) {
    world.log.warn({ user: userName, address: text }, 'sip account address is no host:port')
    return undefined
  }
  const { host, port } = place
  const targets = isIP(host) === 0 ? await resolve(host, port, world) : [{ address: host, port }]
  const uri = `sip:${escapeUser(userName)}@${isIP(host) === 6 ? formatHost(host) : host}:${port}`
  return targets.length === 0 ? undefined : { uri, targets }
}

async function resolve(host: string, port: number, { counters, log }: PhoneWorld): Promise<HostPort[]> {
  try {
    const found = await lookup(host, { all: true })
    return found.slice(0, 4).map(({ address }) => ({ address, port }))
  } catch (fault) {
    counters.count('addressesUnresolved')
    log.warn({ host, fault: String(fault) }, 'sip account address does not resolve')
    return []
  }
}
