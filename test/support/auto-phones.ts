// Phones that act by themselves, on 127.0.0.1: one that calls the box, and one address at which all agents answer. They
// speak SIP alone: what the box sends them is lost, and what it records of them is silence.
import { SystemClock } from '../../daemon/clock.ts'
import { UdpSocket } from '../../daemon/sip/transport/udp-socket.ts'
import { freePorts } from './free-ports.ts'
import type { TestAgent, TestInstance } from './instance.ts'
import { SipAutoPhone } from './sip-auto-phone.ts'
import { SipPeer } from './sip-peer.ts'

const host = '127.0.0.1'
const callerName = 'caller'

/** The account that calls; it takes no contacts. */
export const callerAccount: TestAgent = { userName: callerName, srtp: 'off', codecs: ['PCMU'], status: 'Offline' }

/** An agent whose phone is at the agents' address. */
export function agentAt(phonesPort: number, agent: Omit<TestAgent, 'address'>): TestAgent {
  return { srtp: 'off', codecs: ['PCMU'], ...agent, address: `${host}:${phonesPort}` }
}

export class AutoPhones {
  readonly callerPeer: SipPeer
  readonly agentsPeer: SipPeer
  readonly #instance: TestInstance
  readonly #clock = new SystemClock()
  readonly #sdp: string
  #callers: SipAutoPhone | undefined
  #agents: SipAutoPhone | undefined

  private constructor(instance: TestInstance, callerPeer: SipPeer, agentsPeer: SipPeer, mediaPort: number) {
    this.#instance = instance
    this.callerPeer = callerPeer
    this.agentsPeer = agentsPeer
    this.#sdp = [
      ...['v=0', `o=- 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0'],
      `m=audio ${mediaPort} RTP/AVP 0`,
      ...['a=rtpmap:0 PCMU/8000', ''],
    ].join('\r\n')
  }

  static async open(instance: TestInstance, phonesPort: number): Promise<AutoPhones> {
    const box = { address: host, port: instance.sipPort }
    const open = (name: string, port: number) =>
      SipPeer.open(name, new UdpSocket(() => {}), { address: host, port }, box)
    const phones = new AutoPhones(
      instance,
      await open(callerName, 0),
      await open('agents', phonesPort),
      await freePorts(2),
    )
    phones.begin()
    return phones
  }

  get callers(): SipAutoPhone {
    return this.#callers!
  }

  get agents(): SipAutoPhone {
    return this.#agents!
  }

  call(number: string): void {
    this.callers.call(`sip:${number}@${this.#instance.sipAddress}`)
  }

  /** Phones without calls: those they had are forgotten. */
  begin(): void {
    this.stop()
    const password = this.#instance.passwords.get(callerName) ?? ''
    this.#callers = new SipAutoPhone(this.callerPeer, this.#clock, password, 0, this.#sdp)
    this.#agents = new SipAutoPhone(this.agentsPeer, this.#clock, '', ringMs, this.#sdp)
  }

  stop(): void {
    this.#callers?.stop()
    this.#agents?.stop()
  }

  async close(): Promise<void> {
    this.stop()
    await this.callerPeer.close()
    await this.agentsPeer.close()
  }
}

/** How long agents' phones ring. */
const ringMs = 30
