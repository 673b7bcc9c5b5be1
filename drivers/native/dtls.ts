// DTLS handshakes for SRTP keys (OpenSSL), without a socket: datagrams in, datagrams out, at the end the keys. The layout
// is that of dtls.h.
import {
  bytes,
  callInt,
  callPointer,
  callVoid,
  detachView,
  i32,
  type NativePointer,
  pointer,
  prepareCall,
  viewMemory,
} from './library.ts'

const headBytes = 16
const datagramBytes = 2048
const certificateBytes = 4096
const keyBytes = 128
const arenaBytes = headBytes + datagramBytes + certificateBytes + keyBytes

/** `closed`: the far end ended the session, or the handshake failed for good. */
export type DtlsState = 'handshake' | 'done' | 'failed' | 'closed'
const states = new Map<number, DtlsState>([
  [0, 'handshake'],
  [1, 'done'],
  [-1, 'failed'],
  [-2, 'closed'],
])

/** The use_srtp profiles that both libraries know: their suite, and bytes of master key and salt. */
const profiles = new Map([
  [1, { suite: 'AES_CM_128_HMAC_SHA1_80', keyBytes: 16, saltBytes: 14 }],
  [2, { suite: 'AES_CM_128_HMAC_SHA1_32', keyBytes: 16, saltBytes: 14 }],
  [7, { suite: 'AEAD_AES_128_GCM', keyBytes: 16, saltBytes: 12 }],
  [8, { suite: 'AEAD_AES_256_GCM', keyBytes: 32, saltBytes: 12 }],
] as const)

export interface DtlsKeys {
  suite: 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32' | 'AEAD_AES_128_GCM' | 'AEAD_AES_256_GCM'
  /** Master key, then salt: for what we send, and for what we receive. */
  send: Uint8Array
  receive: Uint8Array
}

let live = 0

/** Sessions not closed yet: the ledger of the tests. */
export function liveDtlsSessions(): number {
  return live
}

/** Our certificate as DER: made at the first call in the process, the same for all of its sessions. Throws without OpenSSL. */
export function dtlsCertificate(): Uint8Array {
  const certificate = new Uint8Array(certificateBytes)
  const length = callInt('cb_dtls_start', bytes(certificate), i32(certificateBytes))
  if (length < 0) throw new Error('OpenSSL could not make a certificate for DTLS')
  return certificate.slice(0, length)
}

export class DtlsSession {
  state: DtlsState = 'handshake'
  readonly #self: NativePointer
  readonly #arena: ArrayBuffer
  readonly #head: Int32Array
  readonly #datagram: Uint8Array
  readonly #active: boolean
  readonly #receive: () => number
  readonly #send: () => number
  readonly #tick: () => number

  /** `active`: we speak first. No datagram of ours is longer than `maximumBytes`. Throws when there is not the memory. */
  constructor(options: { active: boolean; maximumBytes: number }) {
    const { active, maximumBytes } = options
    const self = callPointer('cb_dtls_create', i32(active ? 1 : 0), i32(maximumBytes))
    const arena = self && callPointer('cb_dtls_arena_of', pointer(self))
    if (self === undefined || arena === undefined) throw new Error('no memory for a DTLS session')
    if (callInt('cb_dtls_arena_bytes') !== arenaBytes)
      throw new Error('the native library does not match its sources: run scripts/native --force')
    this.#self = self
    this.#active = active
    this.#arena = viewMemory(arena, arenaBytes)
    this.#head = new Int32Array(this.#arena, 0, headBytes / 4)
    this.#datagram = new Uint8Array(this.#arena, headBytes, datagramBytes)
    this.#receive = prepareCall('cb_dtls_receive', pointer(self))
    this.#send = prepareCall('cb_dtls_send', pointer(self))
    this.#tick = prepareCall('cb_dtls_tick', pointer(self))
    live++
  }

  /** The active side's first word. */
  begin(): void {
    this.#head[0] = 0
    this.#note(this.#receive())
  }

  /** A datagram of the far end. Longer ones than a record can be are left out. */
  receive(octets: Uint8Array, offset: number, length: number): void {
    if (length === 0 || length > datagramBytes) return
    this.#datagram.set(octets.subarray(offset, offset + length))
    this.#head[0] = length
    this.#note(this.#receive())
  }

  /** Hands out what is to be sent, a datagram a call, into `octets`. Its length; 0: no more. */
  send(octets: Uint8Array, offset: number): number {
    const length = this.#send()
    octets.set(this.#datagram.subarray(0, length), offset)
    return length
  }

  /** To be called now and then while `handshake`: what was lost is sent again. */
  tick(): void {
    this.#note(this.#tick())
  }

  /** The far end's certificate as DER, once `done`. */
  certificate(): Uint8Array {
    return new Uint8Array(this.#arena, headBytes + datagramBytes, this.#head[2]!).slice()
  }

  /** Once `done` (RFC 5764 section 4.2). Undefined: a profile that is not ours was agreed on, which can't be. */
  keys(): DtlsKeys | undefined {
    const profile = profiles.get(this.#head[1]! as 1 | 2 | 7 | 8)
    if (profile === undefined) return undefined
    const material = new Uint8Array(this.#arena, headBytes + datagramBytes + certificateBytes, keyBytes)
    const { suite, keyBytes: key, saltBytes: salt } = profile
    const keyAndSalt = (index: 0 | 1) => {
      const joined = new Uint8Array(key + salt)
      joined.set(material.subarray(index * key, (index + 1) * key))
      joined.set(material.subarray(2 * key + index * salt, 2 * key + (index + 1) * salt), key)
      return joined
    }
    const client = keyAndSalt(0)
    const server = keyAndSalt(1)
    return this.#active ? { suite, send: client, receive: server } : { suite, send: server, receive: client }
  }

  /** Idempotent. */
  close(): void {
    if (this.#arena.detached) return
    live--
    detachView(this.#arena)
    callVoid('cb_dtls_destroy', pointer(this.#self))
  }

  #note(state: number): void {
    this.state = states.get(state) ?? 'failed'
  }
}
