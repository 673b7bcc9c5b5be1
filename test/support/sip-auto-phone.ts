// A phone that acts by itself, with the resending of RFC 3261 of its own: rings, answers, calls, hangs up. For tests of
// bad networks, where nobody can script each datagram.
import type { Clock, Timer } from '../../daemon/clock.ts'
import {
  header,
  tagOf,
  type WireMessage,
  type WireRequest,
  type WireResponse,
} from '../../daemon/sip/wire/wire-message.ts'
import { plainSdp, type SipPeer } from './sip-peer.ts'

type CallState = 'calling' | 'ringing' | 'answered' | 'talking' | 'over'

interface PhoneCall {
  state: CallState
  /** The INVITE, theirs or ours. */
  invite: WireRequest
  mine: boolean
  /** Latest response to it, theirs or ours. */
  response: WireResponse | undefined
  leaving: boolean
}

const t1Ms = 500
const t2Ms = 4000
const giveUpMs = 32_000

export class SipAutoPhone {
  readonly calls = new Map<string, PhoneCall>()
  readonly #peer: SipPeer
  readonly #clock: Clock
  readonly #password: string
  readonly #ringMs: number
  readonly #sdp: string
  /** What is being sent again until something stops it. */
  readonly #resends = new Map<string, Timer>()
  /** Responses to what is no INVITE, for its copies. */
  readonly #answers = new Map<string, WireResponse>()
  /** Challenges answered, by call. */
  readonly #attempts = new Map<string, number>()

  constructor(peer: SipPeer, clock: Clock, password: string, ringMs: number, sdp = plainSdp()) {
    this.#peer = peer
    this.#clock = clock
    this.#password = password
    this.#ringMs = ringMs
    this.#sdp = sdp
    peer.onMessage = (message) => (message.kind === 'request' ? this.#asked(message) : this.#told(message))
  }

  /** Calls that are not over, as the phone sees it. */
  get live(): PhoneCall[] {
    return [...this.calls.values()].filter((call) => call.state !== 'over')
  }

  call(uri: string): void {
    this.#invite(this.#peer.make('INVITE', uri, { body: this.#sdp }))
  }

  /** Ends every call, or these, each as soon as its state allows. */
  hangUp(calls: readonly PhoneCall[] = this.live): void {
    for (const call of calls) {
      call.leaving = true
      this.#leave(call)
    }
  }

  stop(): void {
    for (const timer of this.#resends.values()) timer.cancel()
    this.#resends.clear()
    this.#peer.onMessage = () => {}
  }

  #invite(invite: WireRequest): void {
    this.calls.set(callOf(invite), { state: 'calling', invite, mine: true, response: undefined, leaving: false })
    this.#again(
      `INVITE ${callOf(invite)}`,
      () => void this.#peer.send(invite),
      Number.POSITIVE_INFINITY,
      () => {
        this.#over(callOf(invite))
      },
    )
  }

  /** What hanging up means now; nothing yet, where it must wait for the other side. */
  #leave(call: PhoneCall): void {
    if (!call.leaving) return
    if (call.state === 'talking') this.#bye(call)
    else if (call.state === 'ringing' && call.mine)
      this.#again(
        `CANCEL ${callOf(call.invite)}`,
        () => void this.#peer.cancel(call.invite),
        t2Ms,
        () => {},
      )
    else if (call.state === 'ringing') {
      call.state = 'over'
      this.#final(call, this.#peer.answer(call.invite, 486))
    }
  }

  #bye(call: PhoneCall): void {
    const response = call.response!
    const bye = call.mine
      ? this.#peer.inDialog('BYE', call.invite, response)
      : this.#peer.inTheirDialog('BYE', call.invite, tagOf(response, 'to'))
    call.state = 'over'
    this.#again(
      `BYE ${callOf(bye)}`,
      () => void this.#peer.send(bye),
      t2Ms,
      () => {},
    )
  }

  #asked(request: WireRequest): void {
    const id = callOf(request)
    const call = this.calls.get(id)
    switch (request.method) {
      case 'INVITE':
        if (!call) this.#ring(request)
        else if (call.response && !call.mine) void this.#peer.send(call.response)
        return
      case 'ACK':
        this.#stop(`final ${id}`)
        if (call?.state === 'answered') {
          call.state = 'talking'
          this.#leave(call)
        }
        return
      case 'CANCEL':
        this.#once(request, 200)
        if (call?.state === 'ringing') {
          call.state = 'over'
          this.#final(call, this.#peer.answer(call.invite, 487))
        }
        return
      case 'BYE':
        this.#once(request, call ? 200 : 481)
        this.#stop(`final ${id}`)
        if (call) call.state = 'over'
    }
  }

  #ring(invite: WireRequest): void {
    const response = this.#peer.answer(invite, 180)
    const call: PhoneCall = { state: 'ringing', invite, mine: false, response, leaving: false }
    this.calls.set(callOf(invite), call)
    void this.#peer.send(call.response!)
    this.#resends.set(
      `ring ${callOf(invite)}`,
      this.#clock.after(this.#ringMs, () => {
        this.#resends.delete(`ring ${callOf(invite)}`)
        if (call.state !== 'ringing') return
        call.state = 'answered'
        this.#final(call, this.#peer.answer(invite, 200, { body: this.#sdp }))
      }),
    )
  }

  /** A final response to an INVITE: again and again until it is acknowledged. */
  #final(call: PhoneCall, response: WireResponse): void {
    call.response = response
    this.#again(
      `final ${callOf(call.invite)}`,
      () => void this.#peer.send(response),
      t2Ms,
      () => {
        if (call.state === 'answered') this.#bye(call)
      },
    )
  }

  #told(response: WireResponse): void {
    const id = callOf(response)
    const method = header(response, 'cseq')!.split(' ')[1]
    if (method === 'BYE' || method === 'CANCEL') this.#stop(`${method} ${id}`)
    const call = this.calls.get(id)
    if (method !== 'INVITE' || !call?.mine) return
    // An answer to the INVITE without credentials, come late.
    if (header(response, 'cseq') !== header(call.invite, 'cseq')) return
    this.#stop(`INVITE ${id}`)
    // A provisional response overtaken by the final one.
    if (response.status < 200 && (call.response?.status ?? 0) >= 200) return
    call.response = response
    if (response.status < 200) {
      if (call.state === 'calling') call.state = 'ringing'
      this.#leave(call)
      return
    }
    void this.#peer.ack(call.invite, response)
    if (response.status < 300) {
      if (call.state === 'calling' || call.state === 'ringing') {
        call.state = 'talking'
        this.#leave(call)
      }
    } else if (response.status === 401 && call.state === 'calling' && (this.#attempts.get(id) ?? 0) < 6) {
      this.#attempts.set(id, (this.#attempts.get(id) ?? 0) + 1)
      this.#invite(this.#peer.withCredentials(call.invite, response, this.#password))
    } else this.#over(id)
  }

  #over(id: string): void {
    const call = this.calls.get(id)
    if (call) call.state = 'over'
  }

  #once(request: WireRequest, status: number): void {
    const key = `${request.method} ${header(request, 'via')}`
    const response = this.#answers.get(key) ?? this.#peer.answer(request, status)
    this.#answers.set(key, response)
    void this.#peer.send(response)
  }

  /** Sends now and again, at T1 doubling up to `longestMs`, until stopped or for 32 s. */
  #again(name: string, send: () => void, longestMs: number, gaveUp: () => void): void {
    this.#stop(name)
    const untilMs = this.#clock.monotonicMs() + giveUpMs
    const next = (waitMs: number) => {
      send()
      this.#resends.set(
        name,
        this.#clock.after(waitMs, () => {
          if (this.#clock.monotonicMs() < untilMs) next(Math.min(waitMs * 2, longestMs))
          else {
            this.#resends.delete(name)
            gaveUp()
          }
        }),
      )
    }
    next(t1Ms)
  }

  #stop(name: string): void {
    this.#resends.get(name)?.cancel()
    this.#resends.delete(name)
  }
}

function callOf(message: WireMessage): string {
  return header(message, 'call-id')!
}
