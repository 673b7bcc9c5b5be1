// The box of an interop case: the SIP endpoint on every transport of 127.0.0.1, with the real audio thread.
import { SystemClock } from '../../daemon/clock.ts'
import type { Leg } from '../../daemon/leg/leg.ts'
import type { Audio } from '../../daemon/loop/audio.ts'
import { createAudio } from '../../daemon/loop/audio-service.ts'
import type { SipAccount } from '../../daemon/sip/endpoint.ts'
import { type BoundSipEndpoint, createSipEndpoint } from '../../daemon/sip/sip-endpoint.ts'
import type { TransportName } from '../../daemon/sip/transport/hop.ts'
import { certificateFolder, makeCertificate } from '../support/certificates.ts'
import { freePorts } from '../support/free-ports.ts'
import { account, logInto } from '../support/sip-stage.ts'
import { until } from '../support/wait.ts'
import type { Undo } from './case.ts'

export interface Box {
  endpoint: BoundSipEndpoint
  audio: Audio
  /** host:port of a transport. */
  at(transport: TransportName): string
  /** The next call that comes in. */
  nextInbound(): Promise<Leg>
  /** A leg to the agent that is talking. */
  called(userName: string): Promise<Leg>
}

export async function startBox(undo: Undo, accounts: readonly SipAccount[] = [account('alice')]): Promise<Box> {
  const certificates = certificateFolder()
  undo.add(certificates.remove)
  const from = await freePorts(8)
  const audio = await createAudio({ rtpPorts: { from, to: from + 7 }, log: logInto([]) })
  undo.add(() => audio.stop())
  const clock = new SystemClock()
  const address = '127.0.0.1'
  const endpoint = createSipEndpoint({
    address,
    port: 0,
    listen: (['TCP', 'TLS', 'WS', 'WSS'] as const).map((transport) => ({ transport, address, port: 0 })),
    tls: makeCertificate(certificates.path, 'box'),
    realm: 'cordboard',
    accounts,
    audio,
    clock,
    log: logInto([]),
  })
  const inbound: Leg[] = []
  endpoint.onInbound((leg) => inbound.push(leg))
  await endpoint.start()
  undo.add(async () => {
    await endpoint.stop()
    if (clock.liveTimers > 0) throw new Error(`${clock.liveTimers} timers are left`)
  })
  return {
    endpoint,
    audio,
    at: (transport) => `${address}:${endpoint.listening.find((one) => one.transport === transport)!.port}`,
    nextInbound: () => until('a call to come in', () => inbound.shift(), { withinMs: 15_000 }),
    called: async (userName) => {
      const leg = endpoint.dial({ userName, callerAddress: '+441632960001' })
      await until('the phone to answer', () => leg.state === 'talking', {
        withinMs: 15_000,
        unless: () => (leg.end ? JSON.stringify(leg.end) : undefined),
      })
      return leg
    },
  }
}

export const ended = (leg: Leg) => until('the leg to end', () => leg.state === 'ended', { withinMs: 10_000 })
