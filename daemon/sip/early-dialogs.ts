// What comes before the answer to one INVITE of ours: provisional responses, each perhaps of another phone behind a proxy
// that forks (RFC 3261 section 13.2.2.1), some to be acknowledged (RFC 3262), some with sound already (RFC 3960).
import type { IncomingResponse, PrackableIncomingResponseWithSession, Session } from 'sip.js/lib/core/index.js'
import type { InDialog } from './call-dialog.ts'
import type { MediaFault, MediaSession } from './call-media.ts'
import { names100rel, parseRSeq } from './reliable-provisional-machine.ts'
import type { Reply } from './stack-user.ts'

/** Of a response that is to be acknowledged: the header of its PRACK. */
export function rackOf({ message }: IncomingResponse): string | undefined {
  const rseq = parseRSeq(message.getHeader('rseq'))
  return rseq !== undefined && names100rel(message.getHeaders('require'))
    ? `RAck: ${rseq} ${message.getHeader('cseq')}`
    : undefined
}

interface EarlyAnswer {
  sdp: string
  /** It was said reliably: our offer has its answer in this dialog, and later ones don't count (RFC 6337 section 3.1). */
  final: boolean
}

export class EarlyDialogs {
  readonly #media: MediaSession
  readonly #contactHeader: string
  readonly #addDialog: (dialog: InDialog) => () => void
  readonly #answers = new Map<string, EarlyAnswer>()
  readonly #removals: (() => void)[] = []
  /** Of which dialog the sound is. */
  #heard: string | undefined

  constructor(options: {
    media: MediaSession
    contactHeader: string
    /** Its UPDATEs are wanted; returns the opposite. */
    addDialog: (dialog: InDialog) => () => void
  }) {
    this.#media = options.media
    this.#contactHeader = options.contactHeader
    this.#addDialog = options.addDialog
  }

  /** A provisional response, copies left out. True: its dialog sends sound from now on, and no other. */
  receive(response: PrackableIncomingResponseWithSession): boolean {
    const { message, session } = response
    const rack = rackOf(response)
    if (rack !== undefined) response.prack({ extraHeaders: [rack] })
    if (message.body === '' || this.#answers.get(session.id)?.final) return false
    if (!this.#media.accept(message.body, 'early').ok) return false
    if (!this.#answers.has(session.id))
      this.#removals.push(this.#addDialog({ id: session.id, update: ({ body }) => this.#update(session, body) }))
    this.#answers.set(session.id, { sdp: message.body, final: rack !== undefined })
    this.#heard = session.id
    return true
  }

  /** The call is answered in this dialog: its answer, said now or before, holds. */
  settle(session: Session, sdp: string): { ok: true } | { ok: false; fault: MediaFault } {
    const early = this.#answers.get(session.id)
    this.close()
    if (!early?.final) return this.#media.accept(sdp === '' ? (early?.sdp ?? '') : sdp)
    if (this.#heard !== session.id) return this.#media.accept(early.sdp)
    this.#media.closeOffer()
    return { ok: true }
  }

  close(): void {
    for (const remove of this.#removals.splice(0)) remove()
  }

  /** RFC 3311 section 5.2: a new offer must wait until ours has its answer. */
  #update(session: Session, offer: string): Reply {
    const headers = [this.#contactHeader]
    if (offer === '') return { status: 200, reason: 'OK', headers }
    if (!this.#answers.get(session.id)?.final) return { status: 491, reason: 'Request Pending', headers: [] }
    const answer = this.#media.answer(offer)
    if (!answer.ok) return { status: 488, reason: 'Not Acceptable Here', headers: [] }
    this.#heard = session.id
    return { status: 200, reason: 'OK', headers, sdp: answer.sdp }
  }
}
