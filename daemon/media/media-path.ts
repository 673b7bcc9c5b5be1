// How the media of a port finds its way and its keys, where that is done over the media path itself: ICE, then DTLS.
// Without either, it has nothing to do.
import type { DtlsKeys } from '../../drivers/native/dtls.ts'
import { DtlsHandshake } from './dtls-handshake.ts'
import { IceAgent } from './ice-agent.ts'
import type { PortCounters } from './port.ts'
import type { RtpAgreement } from './rtp-agreement.ts'
import { looksLikeDtls, looksLikeStun } from './stun-message.ts'

export type Component = 'rtp' | 'rtcp'

export interface PathUser {
  /** Sends what `write` puts at the place given, as it is, from the port of RTP or that of RTCP. */
  sendPlain(
    component: Component,
    address: number,
    port: number,
    write: (octets: Uint8Array, offset: number) => number,
  ): void
  /** 4 or 16. */
  octetsOf(address: number): Uint8Array
  /** Media goes here, and comes from here, from now on. */
  pathFound(address: number, port: number): void
  keysAgreed(keys: DtlsKeys): void
}

export class MediaPath {
  readonly #user: PathUser
  #ice: IceAgent | undefined
  /** Of RTCP's own port: its checks are answered, and nothing else is done with what they find. */
  #rtcpIce: IceAgent | undefined
  #dtls: DtlsHandshake | undefined
  /** Where the far end's handshake comes from; without ICE also where ours goes. */
  #dtlsAddress = 0
  #dtlsPort = 0
  #checksAnswered = 0
  #checksRefused = 0
  #dtlsFaults = 0

  constructor(user: PathUser) {
    this.#user = user
  }

  /** Keys are to be agreed on and have not been: no media may pass. */
  get isLocked(): boolean {
    return this.#dtls !== undefined && !this.#dtls.done
  }

  /** The far end must not be sent anything: it has not said for too long that it wants it (RFC 7675). */
  get isRevoked(): boolean {
    return this.#ice?.consentLost ?? false
  }

  /** Something is to be done in time. */
  get isTimed(): boolean {
    return this.#ice !== undefined || this.isLocked
  }

  /** The same as before goes on as it stands. */
  agree({ ice, dtls, address, port }: RtpAgreement): void {
    if (ice === undefined || !this.#ice?.isFor(ice)) {
      this.#forgetIce()
      this.#ice = ice && this.#agentFor(ice, 'rtp')
      this.#rtcpIce = ice?.separateRtcp ? this.#agentFor(ice, 'rtcp') : undefined
    }
    if (dtls !== undefined && this.#dtls?.isFor(dtls)) return
    this.#dtls?.close()
    this.#dtls =
      dtls &&
      new DtlsHandshake(dtls, {
        sendDtls: (write) => this.#sendDtls(write),
        keysAgreed: (keys) => {
          this.#user.keysAgreed(keys)
          if (!this.#ice) this.#user.pathFound(this.#dtlsAddress, this.#dtlsPort)
        },
        failed: () => {
          this.#dtlsFaults++
        },
      })
    this.#dtlsAddress = address
    this.#dtlsPort = port
    if (ice === undefined) this.#dtls?.begin()
    else if (this.#ice?.port) this.#dtls?.begin()
  }

  /** A datagram that is neither RTP nor RTCP. False: nothing we know. */
  receive(
    octets: Uint8Array,
    offset: number,
    length: number,
    address: number,
    port: number,
    component: Component = 'rtp',
  ): boolean {
    const first = octets[offset]!
    if (component === 'rtcp') {
      if (!looksLikeStun(first) || !this.#rtcpIce) return false
      this.#rtcpIce.receive(octets, offset, length, address, port)
      return true
    }
    if (looksLikeStun(first) && this.#ice) {
      if (this.#ice.receive(octets, offset, length, address, port)) {
        this.#user.pathFound(address, port)
        this.#dtls?.begin()
      }
      return true
    }
    if (!looksLikeDtls(first) || this.#dtls === undefined) return false
    if (this.#ice === undefined && !this.#dtls.done) {
      this.#dtlsAddress = address
      this.#dtlsPort = port
    }
    this.#dtls.receive(octets, offset, length)
    return true
  }

  /** Every 20 ms. */
  tick(): void {
    this.#ice?.tick()
    this.#rtcpIce?.answersAgain()
    this.#dtls?.tick()
  }

  counters(): PortCounters {
    return {
      iceChecksAnswered: this.#checksAnswered + (this.#ice?.checksAnswered ?? 0),
      iceChecksRefused: this.#checksRefused + (this.#ice?.checksRefused ?? 0),
      dtlsFaults: this.#dtlsFaults,
    }
  }

  /** Idempotent. */
  close(): void {
    this.#dtls?.close()
  }

  #agentFor(ice: NonNullable<RtpAgreement['ice']>, component: Component): IceAgent {
    return new IceAgent(
      ice,
      (...to) => this.#user.sendPlain(component, ...to),
      (address) => this.#user.octetsOf(address),
    )
  }

  #sendDtls(write: (octets: Uint8Array, offset: number) => number): void {
    const { address, port } = this.#ice ?? { address: this.#dtlsAddress, port: this.#dtlsPort }
    this.#user.sendPlain('rtp', address, port, write)
  }

  #forgetIce(): void {
    this.#checksAnswered += this.#ice?.checksAnswered ?? 0
    this.#checksRefused += this.#ice?.checksRefused ?? 0
    this.#ice = undefined
  }
}
