// ICE (RFC 8445) of one port, which has one address that is known: a lite agent, which answers the far end's checks and
// lets it choose. Only where the far end is lite too, somebody has to check: then it is us, controlling.
//
//   lite          valid check ─▶ answered, its source may be heard ─▶ with USE-CANDIDATE: media goes there
//   controlling   check to each candidate, in turn ─▶ answered ─▶ media goes there; consent asked for on (RFC 7675)
import { randomBytes } from 'node:crypto'
import { frameMs } from './port.ts'
import { readStun, type StunMessage, writeStun } from './stun-message.ts'

/** Section 14.3: Ta is 50 ms; a candidate's turn comes again when all have had theirs, but not within 200 ms. */
const checkTicks = 200 / frameMs
/** RFC 7675 section 5.1: every 5 s, and after 30 s without an answer nothing is sent any more. */
const consentTicks = 5000 / frameMs
const consentExpiresTicks = 30_000 / frameMs
/** Checks answered a tick: each costs two hashes, and anybody can send them. */
const maximumChecksPerTick = 4
const maximumCandidates = 16
/** Peer-reflexive, section 5.1.2.1: type preference 110, local preference 65535, component 1. */
const priority = (110 << 24) | (65535 << 8) | 255

export interface IceAgreement {
  ownUfrag: string
  ownPassword: string
  theirUfrag: string
  theirPassword: string
  theirLite: boolean
  /** RTCP has a port of its own, which is checked too. */
  separateRtcp: boolean
  /** Where a lite far end can be reached. */
  candidates: readonly { address: number; port: number }[]
}

export type SendStun = (address: number, port: number, write: (octets: Uint8Array, offset: number) => number) => void

export class IceAgent {
  /** Where media goes; port 0: nowhere yet. */
  address = 0
  port = 0
  checksAnswered = 0
  checksRefused = 0
  /** The far end has not answered for 30 s: it must not be sent anything. */
  consentLost = false
  readonly #send: SendStun
  readonly #octetsOf: (address: number) => Uint8Array
  readonly #agreement: IceAgreement
  readonly #tieBreaker = randomBytes(8)
  readonly #transaction = randomBytes(12)
  #checkedAt = { address: 0, port: 0 }
  #turn = 0
  #nominated = false
  #ticksToCheck = 0
  #ticksSinceAnswer = 0
  #checksThisTick = 0

  constructor(agreement: IceAgreement, send: SendStun, octetsOf: (address: number) => Uint8Array) {
    this.#agreement = { ...agreement, candidates: agreement.candidates.slice(0, maximumCandidates) }
    this.#send = send
    this.#octetsOf = octetsOf
  }

  /** The same far end, credentials and all: a re-INVITE that does not restart ICE. */
  isFor(agreement: IceAgreement): boolean {
    const own = this.#agreement
    return (
      own.theirUfrag === agreement.theirUfrag &&
      own.theirPassword === agreement.theirPassword &&
      own.ownUfrag === agreement.ownUfrag
    )
  }

  /** A datagram that looks like STUN. True when its source is, from now on, where media goes. */
  receive(octets: Uint8Array, offset: number, length: number, address: number, port: number): boolean {
    if (++this.#checksThisTick > maximumChecksPerTick) {
      this.checksRefused++
      return false
    }
    const message = readStun(octets, offset, length)
    if (message === undefined) {
      this.checksRefused++
      return false
    }
    if (message.type === 'request') return this.#answer(message, address, port)
    if (message.type === 'success') return this.#noteAnswer(message, address, port)
    return false
  }

  /** Another 20 ms: as many checks more are answered. */
  answersAgain(): void {
    this.#checksThisTick = 0
  }

  /** Every 20 ms. */
  tick(): void {
    this.answersAgain()
    if (!this.#agreement.theirLite || this.consentLost) return
    if (++this.#ticksSinceAnswer > consentExpiresTicks) {
      this.consentLost = true
      return
    }
    if (--this.#ticksToCheck > 0) return
    this.#check()
  }

  #answer(message: StunMessage, address: number, port: number): boolean {
    const { ownUfrag, ownPassword, theirUfrag } = this.#agreement
    const known = message.userName === `${ownUfrag}:${theirUfrag}` && message.isFrom(ownPassword)
    if (!known || message.unknownRequired) {
      // Without an answer: whoever does not know the password learns nothing.
      this.checksRefused++
      return false
    }
    const { transaction } = message
    if (message.role === 'controlled' && !this.#agreement.theirLite) {
      // Section 7.3.1.1: two controlled agents would wait for ever.
      this.#reply(address, port, { type: 'error', transaction, errorCode: 487 })
      return false
    }
    this.checksAnswered++
    this.#reply(address, port, { type: 'success', transaction, mapped: { octets: this.#octetsOf(address), port } })
    const chosen = message.useCandidate || !this.#nominated
    if (message.useCandidate) this.#nominated = true
    const isNew = chosen && (address !== this.address || port !== this.port)
    if (chosen) this.#choose(address, port)
    return isNew
  }

  #noteAnswer(message: StunMessage, address: number, port: number): boolean {
    const asked = this.#checkedAt
    const isOurs =
      message.transaction.every((octet, at) => octet === this.#transaction[at]) &&
      address === asked.address &&
      port === asked.port &&
      message.isFrom(this.#agreement.theirPassword)
    if (!isOurs) {
      this.checksRefused++
      return false
    }
    this.#ticksSinceAnswer = 0
    const isNew = !this.#nominated
    this.#nominated = true
    this.#choose(address, port)
    return isNew
  }

  #choose(address: number, port: number): void {
    this.address = address
    this.port = port
  }

  #check(): void {
    const { candidates, ownUfrag, theirUfrag, theirPassword } = this.#agreement
    const next = this.#nominated ? this : candidates[this.#turn++ % candidates.length]
    if (next === undefined) return
    this.#ticksToCheck = this.#nominated ? consentTicks : checkTicks
    this.#checkedAt = { address: next.address, port: next.port }
    randomBytes(12).copy(this.#transaction)
    this.#send(next.address, next.port, (octets, offset) =>
      writeStun(
        octets,
        offset,
        {
          type: 'request',
          transaction: this.#transaction,
          userName: `${theirUfrag}:${ownUfrag}`,
          priority,
          useCandidate: true,
          role: { name: 'controlling', tieBreaker: this.#tieBreaker },
        },
        theirPassword,
      ),
    )
  }

  #reply(address: number, port: number, content: Parameters<typeof writeStun>[2]): void {
    this.#send(address, port, (octets, offset) => writeStun(octets, offset, content, this.#agreement.ownPassword))
  }
}
