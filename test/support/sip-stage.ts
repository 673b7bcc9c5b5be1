// A stage for conversations: the box, phones and the network between them, on the mock clock, without any sound.
import assert from 'node:assert/strict'
import type { Test } from 'tap'
import type { Leg, LegEvent } from '../../daemon/leg/leg.ts'
import type { Log } from '../../daemon/log/log.ts'
import type { SipAccount } from '../../daemon/sip/endpoint.ts'
import { type BoundSipEndpoint, createSipEndpoint, type SipEndpointOptions } from '../../daemon/sip/sip-endpoint.ts'
import { MockClock, settle } from './mock-clock.ts'
import { SipFakeAudio } from './sip-fake-audio.ts'
import { SipNetwork } from './sip-network.ts'
import { SipPeer } from './sip-peer.ts'

export const box = { address: '10.0.0.1', port: 5060 }

export const password = 'a-long-random-secret'

export function account(userName: string, more: Partial<SipAccount> = {}): SipAccount {
  return { userName, password, srtp: 'off', codecs: ['PCMU', 'PCMA'], ...more }
}

export interface LogLine {
  level: string
  fields: Record<string, unknown>
  message: string
}

export interface Stage {
  clock: MockClock
  network: SipNetwork
  audio: SipFakeAudio
  endpoint: BoundSipEndpoint
  log: LogLine[]
  /** Legs that came in, oldest first. */
  inbound: Leg[]
  /** A phone at an address of its own, or one more at the given one. */
  phone(name: string, host?: string): Promise<SipPeer>
  /** The same, registered. */
  registered(name: string, host?: string): Promise<SipPeer>
  /** Faults that the test provokes on purpose. */
  expectFaults(count: number): void
}

/** Sets the stage; at the end of the test everything must be given back. */
export async function sipStage(
  t: Test,
  accounts: readonly SipAccount[],
  options: Partial<SipEndpointOptions> & { seed?: number } = {},
): Promise<Stage> {
  const clock = new MockClock()
  const network = new SipNetwork(clock, options.seed)
  const audio = new SipFakeAudio()
  const log: LogLine[] = []
  const endpoint = createSipEndpoint({
    ...box,
    realm: 'box',
    accounts,
    audio,
    clock,
    log: logInto(log),
    socket: network.socket(),
    ...options,
  })
  const inbound: Leg[] = []
  endpoint.onInbound((leg) => inbound.push(leg))
  await endpoint.start()
  const phones: SipPeer[] = []
  let expectedFaults = 0
  let host = 7

  const phone = async (name: string, address = `10.0.0.${host++}`) => {
    const port = 5060 + phones.filter((one) => one.at.address === address).length
    const peer = await SipPeer.open(name, network.socket(), { address, port }, box)
    phones.push(peer)
    return peer
  }
  const registered = async (name: string, address?: string) => {
    const peer = await phone(name, address)
    await registerPhone(clock, peer)
    return peer
  }

  t.teardown(async () => {
    const stopped = endpoint.stop()
    await clock.advance(5000)
    await stopped
    for (const one of phones) await one.close()
    await clock.advance(1000)
    const left = {
      rtpPorts: audio.openPorts.size,
      audioListeners: audio.listeners,
      sockets: network.openSockets,
      timers: clock.liveTimers,
      containedFaults: endpoint.counters().faults ?? 0,
    }
    // tap takes no assertions in a teardown, but a fault thrown there fails the test.
    assert.deepEqual(left, { rtpPorts: 0, audioListeners: 0, sockets: 0, timers: 0, containedFaults: expectedFaults })
  })
  const expectFaults = (count: number) => {
    expectedFaults = count
  }
  return { clock, network, audio, endpoint, log, inbound, phone, registered, expectFaults }
}

export async function registerPhone(clock: MockClock, peer: SipPeer, secret = password): Promise<void> {
  const request = peer.make('REGISTER', 'sip:box', { to: `sip:${peer.name}@box`, lines: ['Expires: 3600'] })
  await peer.send(request)
  await clock.advance(20)
  await peer.send(peer.withCredentials(request, peer.takeResponse(401), secret))
  await clock.advance(20)
  peer.takeResponse(200, 'REGISTER')
}

/** What a leg tells, in words. */
export function events(leg: Leg): string[] {
  const told: string[] = []
  leg.on((event: LegEvent) => {
    if (event.type === 'ended') told.push(`ended ${event.end.reason} by ${event.end.by}`)
    else told.push(event.type === 'digitReceived' ? `digit ${event.digit}` : event.type)
  })
  return told
}

export function logInto(lines: LogLine[]): Log {
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export { settle }
