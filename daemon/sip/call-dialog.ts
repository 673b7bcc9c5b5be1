// A confirmed dialog of sip.js and what the far end does in it: BYE, re-INVITE and UPDATE (hold, resume, refresh), INFO,
// REFER.
import {
  type Body,
  ByeUserAgentClient,
  type IncomingInviteRequest,
  type IncomingMessage,
  type IncomingReferRequest,
  type IncomingRequestMessage,
  InfoUserAgentClient,
  type Session,
  type SessionDelegate,
  type SessionDialog,
} from 'sip.js/lib/core/index.js'
import type { Clock } from '../clock.ts'
import type { MediaFault, MediaSession } from './call-media.ts'
import { DialogRequests } from './dialog-requests.ts'
import { reasonLines } from './end-reasons.ts'
import { digitBody, digitIn, digitTypes } from './info-digits.ts'
import { type DialogTimer, SessionTimer } from './session-timer.ts'
import { leastIntervalS } from './session-timer-machine.ts'
import type { Reply } from './stack-user.ts'
import type { WireRequest } from './wire/wire-message.ts'

export interface CallDialogUser {
  /** ACK of our 2xx; `sdp` when it carries an answer. */
  acknowledged(sdp: string | undefined): void
  /** The far end hung up. */
  byeReceived(): void
  /** A re-INVITE of the far end was never acknowledged, or its late answer is unusable, or its connection is gone: the call can't go on. */
  broken(reason: string): void
  digitReceived(digit: string): void
  /** The far end wants to be connected elsewhere. */
  referReceived(refer: IncomingReferRequest, dialog: SessionDialog): void
  /** The agreed media changed (hold, resume, another address). */
  mediaChanged(): void
}

const byeReasons = { srtpRequired: 488, incompatibleMedia: 488, malformed: 400 } as const

/** Of a call, early or confirmed: what the stack tells of it. */
export interface InDialog {
  readonly id: string
  update(request: WireRequest): Reply
  ackMissing?(): void
  connectionLost?(): void
  /** The leg is over, whether or not the far end has said its last word. */
  close?(): void
}

export class CallDialog implements InDialog {
  readonly id: string
  readonly #session: SessionDialog
  readonly #media: MediaSession
  readonly #user: CallDialogUser
  readonly #contactHeader: string
  readonly #requests: DialogRequests
  readonly #timer: SessionTimer | undefined
  #peerUpdates = false
  #ended = false
  /** The first INVITE, or each later one, was accepted by us and has its ACK to come. */
  #accepted: 'first' | 'later' | undefined

  constructor(options: {
    session: Session
    media: MediaSession
    user: CallDialogUser
    contactHeader: string
    clock: Clock
    /** We called: the Call-ID is ours. */
    outbound: boolean
    /** Absent: the session never expires. */
    timer?: DialogTimer | undefined
  }) {
    // Sessions of the core are always its SessionDialog; the interface leaves out what is needed here.
    this.#session = options.session as SessionDialog
    this.id = this.#session.id
    this.#media = options.media
    this.#user = options.user
    this.#contactHeader = options.contactHeader
    this.#requests = new DialogRequests({
      session: this.#session,
      clock: options.clock,
      ownsCallId: options.outbound,
      offerRefused: () => this.#media.closeOffer(),
    })
    const { timer } = options
    if (timer) {
      this.#notePeer(timer.peer)
      this.#timer = new SessionTimer({
        clock: options.clock,
        intervalS: timer.intervalS,
        terms: timer.terms,
        refresh: () => this.#refresh(),
        expire: () => this.#user.broken('sessionExpired'),
      })
    }
    if (!options.outbound) this.#awaitAck('first')
    this.#session.delegate = {
      onAck: ({ message }) => this.#receiveAck(message),
      // The stack's own timer says the same (SipStack ackMissing), whichever comes first.
      onAckTimeout: () => this.ackMissing(),
      onBye: (bye) => {
        this.#end()
        bye.accept()
        this.#user.byeReceived()
      },
      onInvite: (uas) => this.#receiveReinvite(uas),
      onRefer: (uas) => this.#user.referReceived(uas, this.#session),
      onInfo: (uas) => {
        const digit = digitIn(uas.message.body)
        if (digit === undefined) {
          uas.reject({ statusCode: 400 })
          return
        }
        uas.accept()
        this.#user.digitReceived(digit)
      },
    }
  }

  get isHeldByFarEnd(): boolean {
    return this.#media.isHeldByFarEnd
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Sends BYE, with the end's reason when it is a failure; resolves when it was answered, or timed out. Must not be called before our 2xx was acknowledged. */
  bye(reason = ''): Promise<void> {
    if (this.#ended) return Promise.resolve()
    this.#end()
    return new Promise((resolve) => {
      const settle = () => resolve()
      // Not session.bye(): it refuses while it waits for an ACK, even one that is known not to come any more.
      const user = { onAccept: settle, onReject: settle, onRedirect: settle }
      new ByeUserAgentClient(this.#session, user, { extraHeaders: reasonLines(reason) })
    })
  }

  /** A key to the far end by INFO; resolves when it was answered, or timed out. */
  sendDigit(digit: string): Promise<void> {
    if (this.#ended) return Promise.resolve()
    return new Promise((resolve) => {
      const settle = () => resolve()
      const body = { contentDisposition: 'render', contentType: digitTypes[0], content: digitBody(digit) }
      new InfoUserAgentClient(this.#session, { onAccept: settle, onReject: settle, onRedirect: settle }, { body })
    })
  }

  /** Tells the far end that it is on hold here, or no longer; false when it will not have it. */
  hold(held: boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const before = this.#media.isHolding
      const sent = this.#requests.send({
        compose: () => {
          this.#media.isHolding = held
          return { method: 'INVITE', sdp: this.#media.offer(), headers: this.#requestHeaders }
        },
        accepted: (response) => {
          this.#timer?.accepted(response)
          resolve(this.#takeAnswer(response.body))
        },
        refused: (status) => {
          this.#media.isHolding = before
          resolve(false)
          this.#missed(status)
        },
      })
      if (!sent) resolve(false)
    })
  }

  ackMissing(): void {
    if (!this.#ended) this.#user.broken('noAck')
  }

  /** The far end's connection broke, and it did not come back. */
  connectionLost(): void {
    if (!this.#ended) this.#user.broken('connectionLost')
  }

  /** UPDATE: with an offer like a re-INVITE, without one a refresh. */
  update(request: WireRequest): Reply {
    const verdict = this.#requests.verdictOn(request.body === '' ? 'update' : 'updateWithOffer', this.#media.offering)
    if (verdict === 'requestPending') return requestPending
    const session = this.#timer ? this.#timer.judge(request) : neverExpires
    if (!session) return intervalTooSmall
    const headers = [this.#contactHeader, 'Allow: placeholder', ...session.headers]
    if (request.body === '') {
      session.agree()
      return { status: 200, reason: 'OK', headers }
    }
    const answer = this.#media.answer(request.body)
    if (!answer.ok)
      return { status: byeReasons[answer.fault], reason: 'Not Acceptable Here', headers: warning(answer.fault) }
    session.agree()
    this.#user.mediaChanged()
    return { status: 200, reason: 'OK', headers, sdp: answer.sdp }
  }

  /** RFC 4028 section 7.4: UPDATE where the far end takes it, which needs no offer; else a re-INVITE that changes nothing. */
  #refresh(): void {
    this.#requests.send({
      compose: () =>
        this.#peerUpdates
          ? { method: 'UPDATE', headers: this.#requestHeaders }
          : { method: 'INVITE', sdp: this.#media.repeat(), headers: this.#requestHeaders },
      accepted: (response) => {
        this.#notePeer(response)
        this.#timer?.accepted(response)
        if (this.#media.offering) this.#takeAnswer(response.body)
      },
      refused: (status, response) => {
        if (status === 405 || status === 501) this.#peerUpdates = false
        this.#timer?.refused(response)
        this.#missed(status)
      },
    })
  }

  #notePeer(message: IncomingMessage): void {
    if (message.hasHeader('allow'))
      this.#peerUpdates = message.getHeaders('allow').some((line) => /\bUPDATE\b/.test(line))
  }

  get #requestHeaders(): string[] {
    return [...this.#headers, ...(this.#timer?.requestHeaders ?? [])]
  }

  get #headers(): string[] {
    return [this.#contactHeader, 'Allow: placeholder']
  }

  /** Nothing of our own goes out any more, but a BYE that is still owed. */
  close(): void {
    this.#timer?.stop()
    this.#requests.stop()
  }

  #end(): void {
    this.#ended = true
    this.close()
    // sip.js keeps the dialog for as long as the INVITE's transaction, half a minute; the call must not stay with it.
    this.#session.delegate = over
  }

  #receiveReinvite(uas: IncomingInviteRequest): void {
    const verdict = this.#requests.verdictOn('invite', this.#media.offering)
    if (verdict !== 'take') {
      // Its INVITE before has no ACK yet (RFC 3261 section 14.2), or our UPDATE has no answer (RFC 3311 section 5.2).
      const retryAfter = `Retry-After: ${Math.floor(Math.random() * 10)}`
      uas.reject(
        verdict === 'later' ? { statusCode: 500, extraHeaders: [retryAfter] } : { statusCode: requestPending.status },
      )
      return
    }
    const session = this.#timer ? this.#timer.judge(uas.message) : neverExpires
    if (!session) {
      uas.reject({ statusCode: intervalTooSmall.status, extraHeaders: [...intervalTooSmall.headers] })
      return
    }
    const extraHeaders = [...this.#headers, ...session.headers]
    const offer = uas.message.body
    if (offer === '') {
      session.agree()
      this.#awaitAck('later')
      uas.accept({ statusCode: 200, extraHeaders, body: sdpBody(this.#media.offer()) })
      return
    }
    const answer = this.#media.answer(offer)
    if (!answer.ok) {
      // The session stays as it was (RFC 3261 section 14.2).
      uas.reject({ statusCode: byeReasons[answer.fault], extraHeaders: warning(answer.fault) })
      return
    }
    session.agree()
    this.#awaitAck('later')
    uas.accept({ statusCode: 200, extraHeaders, body: sdpBody(answer.sdp) })
    this.#user.mediaChanged()
  }

  #awaitAck(which: 'first' | 'later'): void {
    this.#accepted = which
    this.#requests.inviteAccepted(this.#media.offering)
  }

  #receiveAck(message: IncomingRequestMessage): void {
    const which = this.#accepted
    this.#accepted = undefined
    this.#requests.acknowledged()
    const sdp = message.body === '' ? undefined : message.body
    if (which === 'first') this.#user.acknowledged(sdp)
    // An answer that nobody asked for means nothing: the exchange was over with our 2xx.
    else if (this.#media.offering) this.#takeAnswer(sdp)
  }

  /** False, and the call is over: what both sides believe now can't be known any more (RFC 3261 section 14.1). */
  #takeAnswer(sdp: string | undefined): boolean {
    const taken = this.#media.accept(sdp ?? '')
    if (taken.ok) this.#user.mediaChanged()
    else this.#user.broken('incompatibleMedia')
    return taken.ok
  }

  /** RFC 3261 section 12.2.1.2: a far end that knows nothing of the dialog, or does not answer in it, is gone. */
  #missed(status: number | 'dropped'): void {
    if (!this.#ended && (status === 481 || status === 408)) this.#user.broken('unreachable')
  }
}

/** Of a dialog that has ended; without it sip.js would send a BYE of its own where the ACK never came. */
const over: SessionDelegate = { onAckTimeout: () => {} }

const neverExpires = { headers: [], agree: () => {} }

/** RFC 4028 section 6. */
export const intervalTooSmall: Reply = {
  status: 422,
  reason: 'Session Interval Too Small',
  headers: [`Min-SE: ${leastIntervalS}`],
}

const requestPending: Reply = { status: 491, reason: 'Request Pending', headers: [] }

export function sdpBody(content: string): Body {
  return { contentDisposition: 'session', contentType: 'application/sdp', content }
}

/** What is wrong, in words for who debugs the phone. */
export function warning(fault: MediaFault): string[] {
  const words: Record<MediaFault, string> = {
    srtpRequired: 'SRTP (RTP/SAVP with a=crypto) is required for this account',
    incompatibleMedia: 'No common codec or transport: G.711 over RTP/AVP or RTP/SAVP',
    malformed: 'The session description is malformed',
  }
  return [`Warning: 399 cordboard "${words[fault]}"`]
}
