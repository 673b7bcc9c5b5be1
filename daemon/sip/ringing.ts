// A call to the box before it is answered: its 180, acknowledged where the caller insists (RFC 3262 section 3), then with our
// offer if the INVITE had none; and what the caller may do in the early dialog: PRACK, UPDATE, BYE.
import { randomInt } from 'node:crypto'
import type { IncomingInviteRequest, IncomingPrackRequest, Session } from 'sip.js/lib/core/index.js'
import type { Clock, Timer } from '../clock.ts'
import { type InDialog, sdpBody } from './call-dialog.ts'
import type { MediaFault, MediaSession } from './call-media.ts'
import { names100rel, nextReliable, type ReliableInput, type ReliableState } from './reliable-provisional-machine.ts'
import type { Reply } from './stack-user.ts'

export interface RingingUser {
  /** Nobody acknowledged the 180 in 32 s. */
  abandoned(): void
  /** The answer to the offer in our 180 is missing, or can't be used. */
  unusable(fault: MediaFault): void
  byeReceived(): void
}

export interface RingingOptions {
  uas: IncomingInviteRequest
  clock: Clock
  media: MediaSession
  contactHeader: string
  openPort(): Promise<boolean>
  addDialog(dialog: InDialog): () => void
  user: RingingUser
}

export class Ringing {
  readonly #options: RingingOptions
  readonly #hasOffer: boolean
  readonly #rseq = randomInt(1, 2 ** 31)
  readonly #confirmed = Promise.withResolvers<boolean>()
  readonly #timers = new Map<'resend' | 'giveUp', Timer>()
  #state: ReliableState = { name: 'idle' }
  /** What the 180 carries. */
  #offer: string | undefined
  #prack: IncomingPrackRequest | undefined
  #remove: (() => void) | undefined
  #begun = false
  #stopped = false

  constructor(options: RingingOptions) {
    this.#options = options
    this.#hasOffer = options.uas.message.body !== ''
  }

  begin(): void {
    const { uas, media, openPort } = this.#options
    this.#begun = true
    if (!names100rel(uas.message.getHeaders('require'))) {
      this.#confirmed.resolve(true)
      this.#watch(uas.progress({ statusCode: 180 }).session)
      return
    }
    const rack = `${this.#rseq} ${uas.message.getHeader('cseq')}`
    if (this.#hasOffer) {
      this.#feed({ type: 'wanted', rack })
      return
    }
    void openPort().then((opened) => {
      if (this.#stopped) return
      // Without a port there is nothing to offer; the answer will fail for it, and say so.
      if (!opened) {
        this.#confirmed.resolve(true)
        return
      }
      this.#offer = media.offer()
      this.#feed({ type: 'wanted', rack })
    })
  }

  /** Resolves true when the caller may be answered, false when that time is over. */
  get confirmed(): Promise<boolean> {
    return this.#begun ? this.#confirmed.promise : Promise.resolve(true)
  }

  /** The INVITE gets its final response. */
  stop(): void {
    this.#stopped = true
    this.#feed({ type: 'finalSent' })
    this.#confirmed.resolve(false)
    this.#remove?.()
  }

  #watch(session: Session): void {
    session.delegate = {
      onPrack: (prack) => {
        this.#prack = prack
        this.#feed({ type: 'prackReceived', rack: (prack.message.getHeader('rack') ?? '').split(/\s+/).join(' ') })
      },
      onBye: (bye) => {
        bye.accept()
        this.#options.user.byeReceived()
      },
    }
    this.#remove ??= this.#options.addDialog({ id: session.id, update: ({ body }) => this.#update(body) })
  }

  #feed(input: ReliableInput): void {
    const { next, effects } = nextReliable(this.#state, input)
    this.#state = next
    for (const effect of effects) {
      switch (effect.do) {
        case 'send':
          this.#send()
          break
        case 'setTimer': {
          const type = effect.timer === 'resend' ? 'resendDue' : 'giveUpDue'
          this.#timers.set(
            effect.timer,
            this.#options.clock.after(effect.afterMs, () => this.#feed({ type })),
          )
          break
        }
        case 'clearTimers':
          for (const timer of this.#timers.values()) timer.cancel()
          break
        case 'acceptPrack':
          this.#acceptPrack()
          break
        case 'refusePrack':
          this.#prack?.reject({ statusCode: 481 })
          break
        case 'abandon':
          this.#options.user.abandoned()
          break
      }
    }
  }

  #send(): void {
    const { session } = this.#options.uas.progress({
      statusCode: 180,
      extraHeaders: ['Require: 100rel', `RSeq: ${this.#rseq}`],
      ...(this.#offer === undefined ? {} : { body: sdpBody(this.#offer) }),
    })
    this.#watch(session)
  }

  #acceptPrack(): void {
    const prack = this.#prack
    prack?.accept({ statusCode: 200 })
    const { media, user } = this.#options
    const taken = media.offering ? media.accept(prack?.message.body ?? '') : undefined
    if (taken?.ok === false) user.unusable(taken.fault)
    else this.#confirmed.resolve(true)
  }

  /** RFC 3311 section 5.2: with an offer only once the one before has its answer. */
  #update(offer: string): Reply {
    const { media, contactHeader } = this.#options
    const headers = [contactHeader]
    if (offer === '') return { status: 200, reason: 'OK', headers }
    if (media.offering) return { status: 491, reason: 'Request Pending', headers: [] }
    if (this.#hasOffer) return { status: 500, reason: 'Server Internal Error', headers: ['Retry-After: 5'] }
    const answer = media.answer(offer)
    if (!answer.ok) return { status: 488, reason: 'Not Acceptable Here', headers: [] }
    return { status: 200, reason: 'OK', headers, sdp: answer.sdp }
  }
}
