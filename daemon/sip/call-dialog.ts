// A confirmed dialog of sip.js and what the far end does in it: BYE, re-INVITE and UPDATE (hold, resume, refresh), INFO.
import {
  type Body,
  ByeUserAgentClient,
  type IncomingInviteRequest,
  type IncomingRequestMessage,
  type Session,
  type SessionDialog,
} from 'sip.js/lib/core/index.js'
import type { MediaFault, MediaSession } from './call-media.ts'
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
  /** The agreed media changed (hold, resume, another address). */
  mediaChanged(): void
}

const byeReasons = { srtpRequired: 488, incompatibleMedia: 488, malformed: 400 } as const

export class CallDialog {
  readonly id: string
  readonly #session: SessionDialog
  readonly #media: MediaSession
  readonly #user: CallDialogUser
  readonly #contactHeader: string
  #ended = false
  #reinvited = false

  constructor(options: { session: Session; media: MediaSession; user: CallDialogUser; contactHeader: string }) {
    // Sessions of the core are always its SessionDialog; the interface leaves out what is needed here.
    this.#session = options.session as SessionDialog
    this.id = this.#session.id
    this.#media = options.media
    this.#user = options.user
    this.#contactHeader = options.contactHeader
    this.#session.delegate = {
      onAck: ({ message }) => this.#receiveAck(message),
      // The stack's own timer says the same (SipStack ackMissing), whichever comes first.
      onAckTimeout: () => this.ackMissing(),
      onBye: (bye) => {
        this.#ended = true
        bye.accept()
        this.#user.byeReceived()
      },
      onInvite: (uas) => this.#receiveReinvite(uas),
      onInfo: (uas) => {
        const digit = digitOf(uas.message.body)
        if (digit === undefined) {
          uas.reject({ statusCode: 400 })
          return
        }
        uas.accept()
        this.#user.digitReceived(digit)
      },
    }
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Sends BYE; resolves when it was answered, or timed out. Must not be called before our 2xx was acknowledged. */
  bye(): Promise<void> {
    if (this.#ended) return Promise.resolve()
    this.#ended = true
    return new Promise((resolve) => {
      const settle = () => resolve()
      // Not session.bye(): it refuses while it waits for an ACK, even one that is known not to come any more.
      new ByeUserAgentClient(this.#session, { onAccept: settle, onReject: settle, onRedirect: settle })
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
    const headers = [this.#contactHeader]
    if (request.body === '') return { status: 200, reason: 'OK', headers }
    if (this.#media.offering) return { status: 491, reason: 'Request Pending', headers: [] }
    const answer = this.#media.answer(request.body)
    if (!answer.ok)
      return { status: byeReasons[answer.fault], reason: 'Not Acceptable Here', headers: warning(answer.fault) }
    this.#user.mediaChanged()
    return { status: 200, reason: 'OK', headers, sdp: answer.sdp }
  }

  #receiveReinvite(uas: IncomingInviteRequest): void {
    const extraHeaders = [this.#contactHeader, 'Allow: placeholder']
    const offer = uas.message.body
    if (offer === '') {
      this.#reinvited = true
      uas.accept({ statusCode: 200, extraHeaders, body: sdpBody(this.#media.offer()) })
      return
    }
    const answer = this.#media.answer(offer)
    if (!answer.ok) {
      // The session stays as it was (RFC 3261 section 14.2).
      uas.reject({ statusCode: byeReasons[answer.fault], extraHeaders: warning(answer.fault) })
      return
    }
    uas.accept({ statusCode: 200, extraHeaders, body: sdpBody(answer.sdp) })
    this.#user.mediaChanged()
  }

  #receiveAck(message: IncomingRequestMessage): void {
    const sdp = message.body === '' ? undefined : message.body
    if (!this.#reinvited) {
      this.#user.acknowledged(sdp)
      return
    }
    this.#reinvited = false
    const accepted = sdp === undefined ? { ok: false as const } : this.#media.accept(sdp)
    if (accepted.ok) this.#user.mediaChanged()
    else this.#user.broken('incompatibleMedia')
  }
}

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

/** `Signal=5` of application/dtmf-relay. */
function digitOf(body: string): string | undefined {
  return /^Signal[ \t]*=[ \t]*([0-9A-D*#])[ \t]*$/im.exec(body)?.[1]?.toUpperCase()
}
