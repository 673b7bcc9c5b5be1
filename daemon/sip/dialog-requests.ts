// Our own re-INVITEs and UPDATEs within a dialog: one at a time, never across one of the far end's, and once more after a
// rest when both began at once (offer-answer-machine.ts).
import type {
  IncomingResponse,
  IncomingResponseMessage,
  OutgoingInviteRequest,
  SessionDialog,
} from 'sip.js/lib/core/index.js'
import type { Clock, Timer } from '../clock.ts'
import { sdpBody } from './call-dialog.ts'
import { refreshTarget, UpdateUserAgentClient } from './core-dialog.ts'
import { rackOf } from './early-dialogs.ts'
import {
  glareRestMs,
  nextOfferAnswer,
  type OfferAnswerInput,
  offerAnswerStart,
  type TheirRequest,
  verdictOn,
} from './offer-answer-machine.ts'
import { countsInOrder, parseRSeq } from './reliable-provisional-machine.ts'

export interface OwnRequest {
  /** Called each time it goes out. */
  compose(): { method: 'INVITE' | 'UPDATE'; sdp?: string; headers: readonly string[] }
  /** 2xx; of an INVITE it has been acknowledged. */
  accepted(response: IncomingResponseMessage): void
  /** Any other end; `dropped`: the dialog was over first. */
  refused(status: number | 'dropped', response?: IncomingResponseMessage): void
}

interface Current {
  request: OwnRequest
  tries: number
}

/** More than an agent's fingers can ask for. */
const maxWaiting = 4
const maxTries = 6
/** RFC 3261 section 21.5.1 sets no limit; nobody waits longer for a hold. */
const longestRetryAfterMs = 10_000
/** A re-INVITE is decided by machines; a far end that lets it ring does not block the dialog for ever. */
const answerLimitMs = 40_000

export class DialogRequests {
  readonly #session: SessionDialog
  readonly #clock: Clock
  readonly #ownsCallId: boolean
  /** Our offer was refused, for now or for good. */
  readonly #offerRefused: () => void
  readonly #waiting: OwnRequest[] = []
  #current: Current | undefined
  #state = offerAnswerStart
  #timer: Timer | undefined
  #stopped = false

  constructor(options: { session: SessionDialog; clock: Clock; ownsCallId: boolean; offerRefused: () => void }) {
    this.#session = options.session
    this.#clock = options.clock
    this.#ownsCallId = options.ownsCallId
    this.#offerRefused = options.offerRefused
  }

  /** False when too many wait already, or the dialog is over. */
  send(request: OwnRequest): boolean {
    if (this.#stopped || this.#waiting.length >= maxWaiting) return false
    this.#waiting.push(request)
    this.#begin()
    return true
  }

  verdictOn(request: TheirRequest, offering: boolean): ReturnType<typeof verdictOn> {
    return verdictOn(this.#state, request, offering)
  }

  /** We accepted an INVITE of the far end, `withOffer` of ours, and wait for its ACK. */
  inviteAccepted(withOffer: boolean): void {
    this.#feed(withOffer ? 'inviteAcceptedWithOffer' : 'inviteAccepted')
  }

  acknowledged(): void {
    this.#feed('acknowledged')
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#timer?.cancel()
    const left = [...(this.#current ? [this.#current.request] : []), ...this.#waiting.splice(0)]
    this.#current = undefined
    for (const request of left) request.refused('dropped')
  }

  #begin(): void {
    const request = this.#current ? undefined : this.#waiting.shift()
    if (!request) return
    this.#current = { request, tries: 0 }
    this.#feed('wanted')
  }

  #feed(input: OfferAnswerInput): void {
    if (this.#stopped) return
    const { next, ask } = nextOfferAnswer(this.#state, input)
    this.#state = next
    if (ask && this.#current) this.#ask(this.#current)
  }

  #ask(current: Current): void {
    current.tries++
    const { method, sdp, headers } = current.request.compose()
    const options = { extraHeaders: [...headers], ...(sdp === undefined ? {} : { body: sdpBody(sdp) }) }
    const refused = (response: IncomingResponse) => this.#refused(current, response.message)
    if (method === 'UPDATE') {
      const accepted = ({ message }: IncomingResponse) => this.#accepted(current, message)
      new UpdateUserAgentClient(this.#session, { onAccept: accepted, onReject: refused, onRedirect: refused }, options)
      return
    }
    let last: number | undefined
    const invite: OutgoingInviteRequest = this.#session.invite(
      {
        // sip.js lets copies through here, and leaves the PRACK to us.
        onProgress: (response) => {
          const rack = rackOf(response)
          const rseq = parseRSeq(response.message.getHeader('rseq'))
          if (rack === undefined || rseq === undefined || !countsInOrder(last, rseq)) return
          last = rseq
          this.#session.prack(undefined, { extraHeaders: [rack] })
        },
        onAccept: (response) => {
          response.ack()
          this.#accepted(current, response.message)
        },
        onReject: refused,
        onRedirect: refused,
      },
      options,
    )
    this.#timer = this.#clock.after(answerLimitMs, () => void invite.cancel())
  }

  #accepted(current: Current, response: IncomingResponseMessage): void {
    if (current !== this.#current) return
    refreshTarget(this.#session, response)
    this.#settle()
    current.request.accepted(response)
    this.#begin()
  }

  #refused(current: Current, response: IncomingResponseMessage): void {
    if (current !== this.#current) return
    this.#offerRefused()
    const status = response.statusCode ?? 500
    const restMs = current.tries < maxTries ? this.#restMs(status, response) : undefined
    if (restMs !== undefined) {
      this.#timer?.cancel()
      this.#feed('askedToWait')
      this.#timer = this.#clock.after(restMs, () => this.#feed('rested'))
      return
    }
    this.#settle()
    current.request.refused(status, response)
    this.#begin()
  }

  #settle(): void {
    this.#timer?.cancel()
    this.#current = undefined
    this.#feed('settled')
  }

  #restMs(status: number, response: IncomingResponseMessage): number | undefined {
    if (status === 491) return glareRestMs(this.#ownsCallId, Math.random())
    const seconds = /^\d{1,6}/.exec(response.getHeader('retry-after') ?? '')?.[0]
    return status === 500 && seconds !== undefined ? Math.min(Number(seconds) * 1000, longestRetryAfterMs) : undefined
  }
}
