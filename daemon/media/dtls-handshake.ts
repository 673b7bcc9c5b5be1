// The DTLS handshake of one port (RFC 5763): carried over its socket, ended by SRTP keys, or by a failure that is told.
// The far end is who its SDP says when its certificate has the fingerprint that stands there.
import { createHash } from 'node:crypto'
import { type DtlsKeys, DtlsSession } from '../../drivers/native/dtls.ts'
import { frameMs } from './port.ts'

/** With room for SRTP's own needs in the transport's buffer, and below every path's limit. */
const maximumDatagramBytes = 360
/** A far end that has not finished by then will not. */
const limitTicks = 30_000 / frameMs
/** OpenSSL's own timer starts at a second: four looks a second do. */
const lookTicks = 250 / frameMs
/** Handshake datagrams taken a tick: each may cost a signature. */
const maximumDatagramsPerTick = 8

export interface DtlsAgreement {
  /** We speak first (RFC 4145). */
  active: boolean
  /** Of the far end's certificate, as in SDP: `sha-256`, and hex pairs with colons in capitals. */
  fingerprints: readonly { algorithm: string; value: string }[]
}

export type DtlsFault = 'handshake' | 'fingerprint' | 'timeout' | 'closed'

export interface DtlsUser {
  sendDtls(write: (octets: Uint8Array, offset: number) => number): void
  keysAgreed(keys: DtlsKeys): void
  failed(fault: DtlsFault): void
}

/** Hash names of SDP (RFC 8122 section 5) and of node:crypto. MD5 and MD2 prove nothing. */
const hashes = new Map([
  ['sha-1', 'sha1'],
  ['sha-224', 'sha224'],
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
])

export function fingerprintOf(certificate: Uint8Array, algorithm: string): string | undefined {
  const hash = hashes.get(algorithm.toLowerCase())
  return hash && createHash(hash).update(certificate).digest('hex').toUpperCase().match(/../g)!.join(':')
}

export class DtlsHandshake {
  readonly #agreement: DtlsAgreement
  readonly #user: DtlsUser
  readonly #session: DtlsSession
  #ticks = 0
  #datagramsThisTick = 0
  #begun = false
  #settled = false
  #agreed = false
  #closed = false

  constructor(agreement: DtlsAgreement, user: DtlsUser) {
    this.#agreement = agreement
    this.#user = user
    this.#session = new DtlsSession({ active: agreement.active, maximumBytes: maximumDatagramBytes })
  }

  /** Keys have been agreed on, with who has the certificate. */
  get done(): boolean {
    return this.#agreed && !this.#closed
  }

  isFor(agreement: DtlsAgreement): boolean {
    const known = this.#agreement
    return (
      known.active === agreement.active &&
      known.fingerprints.length === agreement.fingerprints.length &&
      known.fingerprints.every(({ value }, at) => value === agreement.fingerprints[at]!.value)
    )
  }

  /** There is a place to send to: the active side begins. Again does nothing. */
  begin(): void {
    if (this.#begun) return
    this.#begun = true
    if (!this.#agreement.active) return
    this.#session.begin()
    this.#follow()
  }

  receive(octets: Uint8Array, offset: number, length: number): void {
    if (this.#closed || ++this.#datagramsThisTick > maximumDatagramsPerTick) return
    this.#session.receive(octets, offset, length)
    this.#follow()
  }

  /** Every 20 ms. */
  tick(): void {
    this.#datagramsThisTick = 0
    if (this.#settled || this.#closed || !this.#begun) return
    this.#ticks++
    if (this.#ticks > limitTicks) return this.#fail('timeout')
    if (this.#ticks % lookTicks !== 0) return
    this.#session.tick()
    this.#follow()
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#session.close()
  }

  #follow(): void {
    const session = this.#session
    for (let sent = -1; sent !== 0; ) {
      this.#user.sendDtls((octets, offset) => {
        sent = session.send(octets, offset)
        return sent
      })
    }
    if (session.state === 'handshake') return
    if (session.state !== 'done') return this.#fail(session.state === 'closed' ? 'closed' : 'handshake')
    if (this.#settled) return
    const keys = session.keys()
    if (keys === undefined) return this.#fail('handshake')
    if (!this.#isExpected(session.certificate())) return this.#fail('fingerprint')
    this.#settled = true
    this.#agreed = true
    this.#user.keysAgreed(keys)
  }

  /** Any of the fingerprints given, by a hash we know, is enough (RFC 8122 section 5). */
  #isExpected(certificate: Uint8Array): boolean {
    return this.#agreement.fingerprints.some(
      ({ algorithm, value }) => fingerprintOf(certificate, algorithm) === value.toUpperCase(),
    )
  }

  #fail(fault: DtlsFault): void {
    if (this.#settled && fault !== 'closed') return
    this.#settled = true
    this.close()
    this.#user.failed(fault)
  }
}
