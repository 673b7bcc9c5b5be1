// Callers and agents for a box that is killed again and again: callers ring at random moments and stay for random times,
// agents answer at once, and now and then hang up first. All of it on 127.0.0.1; nobody says a word.
import { SystemClock } from '../../daemon/clock.ts'
import { UdpSocket } from '../../daemon/sip/transport/udp-socket.ts'
import { freePorts } from '../support/free-ports.ts'
import type { TestInstance } from '../support/instance.ts'
import { SipAutoPhone } from '../support/sip-auto-phone.ts'
import { SipPeer } from '../support/sip-peer.ts'

export const callerName = 'caller'

export interface LoadOptions {
  instance: TestInstance
  /** Where the agents' phones are. */
  phonesPort: number
  /** Calls at once. */
  calls: number
  numbers: readonly string[]
  random: () => number
}

const host = '127.0.0.1'
const ringMs = 40
/** A new call every so often, while there are fewer than wanted. */
const everyMs = 40
const longestMs = 2_500
/** Share of looks at which an agent hangs up. */
const agentLeaves = 0.05

export class KillLoad {
  readonly #of: LoadOptions
  readonly #caller: SipPeer
  readonly #agents: SipPeer
  readonly #clock = new SystemClock()
  readonly #sdp: string
  #made = 0
  #stopRound: (() => void) | undefined

  private constructor(of: LoadOptions, caller: SipPeer, agents: SipPeer, mediaPort: number) {
    this.#of = of
    this.#caller = caller
    this.#agents = agents
    this.#sdp = [
      ...['v=0', `o=- 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0'],
      `m=audio ${mediaPort} RTP/AVP 0`,
      ...['a=rtpmap:0 PCMU/8000', ''],
    ].join('\r\n')
  }

  static async open(of: LoadOptions): Promise<KillLoad> {
    const socket = () => new UdpSocket(() => {})
    const box = { address: host, port: of.instance.sipPort }
    const caller = await SipPeer.open(callerName, socket(), { address: host, port: 0 }, box)
    const agents = await SipPeer.open('agents', socket(), { address: host, port: of.phonesPort }, box)
    // Nobody listens there: what the box sends is lost, and what it records is silence.
    return new KillLoad(of, caller, agents, await freePorts(2))
  }

  /** Calls that rang the box since the beginning. */
  get made(): number {
    return this.#made
  }

  /** Until `stop`. */
  start(): void {
    const { instance, calls, numbers, random } = this.#of
    const password = instance.passwords.get(callerName) ?? ''
    const caller = new SipAutoPhone(this.#caller, this.#clock, password, ringMs, this.#sdp)
    const agents = new SipAutoPhone(this.#agents, this.#clock, '', ringMs, this.#sdp)
    const timer = setInterval(() => {
      if (caller.live.length < calls) {
        const before = new Set(caller.live)
        caller.call(`sip:${numbers[Math.floor(random() * numbers.length)]}@${instance.sipAddress}`)
        this.#made++
        const [call] = caller.live.filter((one) => !before.has(one))
        if (call) setTimeout(() => caller.hangUp([call]), random() * longestMs).unref()
      }
      const [busy] = agents.live
      if (busy && random() < agentLeaves) agents.hangUp([busy])
      // What came is acted upon as it comes; nobody reads it here.
      for (const peer of [this.#caller, this.#agents]) {
        peer.inbox.length = 0
        peer.history.length = 0
      }
    }, everyMs)
    this.#stopRound = () => {
      clearInterval(timer)
      caller.stop()
      agents.stop()
    }
  }

  /** The phones forget their calls: the box that had them is gone. */
  stop(): void {
    this.#stopRound?.()
    this.#stopRound = undefined
  }

  async close(): Promise<void> {
    this.stop()
    await this.#caller.close()
    await this.#agents.close()
  }
}
