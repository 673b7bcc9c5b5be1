// A stage for transports: the box listening by every one on real sockets, with the hands of its clock in the test's, and
// phones that connect.
import type { Test } from 'tap'
import type { Leg } from '../../daemon/leg/leg.ts'
import { createSipEndpoint, type SipEndpointOptions } from '../../daemon/sip/sip-endpoint.ts'
import type { TransportName } from '../../daemon/sip/transport/hop.ts'
import type { WireRequest } from '../../daemon/sip/wire/wire-message.ts'
import { MockClock } from './mock-clock.ts'
import { type ClientSocket, clientSocket } from './sip-client-socket.ts'
import { SipFakeAudio } from './sip-fake-audio.ts'
import { SipPeer, sdpFrom } from './sip-peer.ts'
import { account, events, type LogLine, logInto, password } from './sip-stage.ts'
import { until } from './wait.ts'

/** Without `tls`, only what needs no certificate is listened on. */
export async function transportStage(t: Test, options: Partial<SipEndpointOptions> = {}) {
  const clock = new MockClock()
  const log: LogLine[] = []
  const address = options.address ?? '127.0.0.1'
  const endpoint = createSipEndpoint({
    address,
    port: 0,
    listen: (options.tls ? (['TCP', 'TLS', 'WS', 'WSS'] as const) : (['TCP', 'WS'] as const)).map((transport) => ({
      transport,
      address,
      port: 0,
    })),
    realm: 'box',
    accounts: [account('alice'), account('bob')],
    audio: new SipFakeAudio(),
    clock,
    log: logInto(log),
    ...options,
  })
  const inbound: Leg[] = []
  endpoint.onInbound((leg) => inbound.push(leg))
  await endpoint.start()
  const sockets: ClientSocket[] = []
  const place = (transport: TransportName) => endpoint.listening.find((one) => one.transport === transport)!
  const connect = async (transport: TransportName, tls?: Parameters<typeof clientSocket>[2]) => {
    const socket = clientSocket(transport, place(transport), tls)
    sockets.push(socket)
    return socket
  }
  const phone = async (name: string, transport: TransportName) => {
    const socket = await connect(transport)
    const peer = await SipPeer.open(name, socket, { address, port: 0 }, place(transport), transport)
    return Object.assign(peer, { socket })
  }
  const registered = async (name: string, transport: TransportName) => {
    const peer = await phone(name, transport)
    const request = peer.make('REGISTER', 'sip:box', { to: `sip:${name}@box`, lines: ['Expires: 3600'] })
    await peer.send(request)
    await peer.send(peer.withCredentials(request, await peer.nextResponse(401), password))
    await peer.nextResponse(200, 'REGISTER')
    return peer
  }
  const count = (name: string) => until(`${name} to be counted`, () => endpoint.counters()[name])
  t.teardown(async () => {
    const stopped = endpoint.stop()
    await clock.advance(5000)
    await stopped
    await Promise.all(sockets.map((socket) => socket.close()))
    await clock.advance(40_000)
    if (clock.liveTimers > 0) throw new Error(`${clock.liveTimers} timers are left`)
    if (endpoint.counters().faults) throw new Error('a fault had to be contained')
  })
  return { clock, endpoint, inbound, log, place, connect, phone, registered, count }
}

export type TransportStage = Awaited<ReturnType<typeof transportStage>>

/** The box rings the phone, the phone answers and the box hangs up; returns the INVITE. */
export async function callTo(world: TransportStage, peer: SipPeer): Promise<{ invite: WireRequest; told: string[] }> {
  const leg = world.endpoint.dial({ userName: peer.name })
  const told = events(leg)
  const invite = await peer.nextRequest('INVITE')
  await peer.respond(invite, 180)
  await peer.respond(invite, 200, { body: sdpFrom(peer) })
  await peer.nextRequest('ACK')
  await until('the leg to talk', () => leg.state === 'talking')
  void leg.hangUp()
  await peer.respond(await peer.nextRequest('BYE'), 200)
  await until('the leg to end', () => leg.state === 'ended')
  return { invite, told }
}
