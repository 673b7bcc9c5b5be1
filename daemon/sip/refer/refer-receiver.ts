// The REFERs of one call's far end (RFC 3515, RFC 4488): checked, handed on as a wish, and told how it goes.
//
//   REFER ─▶ allowed? what for? ─▶ 202 ─▶ NOTIFY 100 ─▶ … ─▶ NOTIFY with the last word
import { type IncomingReferRequest, NotifyUserAgentClient, type SessionDialog } from 'sip.js/lib/core/index.js'
import type { Clock, Timer } from '../../clock.ts'
import type { Counters } from '../../counters.ts'
import type { LegId, TransferRequest } from '../../leg/leg.ts'
import { freshNews, isLastWord, type NewsInput, nextNews, type Progress } from './refer-news.ts'
import { parseReferTo, type Replaces } from './refer-to.ts'

export interface ReferReceiverOptions {
  clock: Clock
  counters: Counters
  contactHeader: string
  /** Whether this far end may send the box anywhere: agents' phones may, carriers and the parties behind them may not. */
  isAllowed: boolean
  /** The leg of that dialog, if it is one of the same account. */
  legOf(replaces: Replaces): LegId | undefined
  transferRequested(request: TransferRequest): void
}

/** Nobody took the wish up in this time: it has failed. */
const unheardMs = 5000
/** No transfer takes longer than a telephone rings; then it is told as failed. */
const longestMs = 180_000
/** A call that ends over its transfer waits so long for the phone to hear the last word. */
const lastWordMs = 1000

const statusLines: Record<Progress, string> = {
  trying: '100 Trying',
  ringing: '180 Ringing',
  done: '200 OK',
  failed: '503 Service Unavailable',
}

export class ReferReceiver {
  readonly #of: ReferReceiverOptions
  #current: ReferSubscription | undefined

  constructor(options: ReferReceiverOptions) {
    this.#of = options
  }

  receive(uas: IncomingReferRequest, dialog: SessionDialog): void {
    const { counters } = this.#of
    const refuse = (statusCode: number, reasonPhrase: string) => {
      counters.count('refersRefused')
      uas.reject({ statusCode, reasonPhrase })
    }
    if (!this.#of.isAllowed) return refuse(403, 'Transfer Not Allowed')
    const wishes = uas.message.getHeaders('refer-to')
    const referTo = wishes.length === 1 ? parseReferTo(wishes[0]!) : undefined
    if (!referTo) return refuse(400, 'Unusable Refer-To')
    // One at a time: what a second one would mean, nobody could say.
    if (this.#current && !this.#current.isOver) return refuse(491, 'Transfer Pending')
    counters.count('refers')
    const isSilent = uas.message.getHeader('refer-sub')?.trim().toLowerCase() === 'false'
    uas.accept({
      statusCode: 202,
      extraHeaders: [this.#of.contactHeader, ...(isSilent ? ['Refer-Sub: false'] : [])],
    })
    const { clock, contactHeader } = this.#of
    const subscription = new ReferSubscription({ clock, contactHeader, dialog, isSilent, id: uas.message.cseq })
    this.#current = subscription
    // RFC 3515 section 2.4.4: the first NOTIFY is sent at once.
    subscription.tell('trying')
    const { target, replaces } = referTo
    const leg = replaces && this.#of.legOf(replaces)
    if (replaces && leg === undefined) {
      counters.count('refersRefused')
      subscription.tell('failed', '481 Call/Transaction Does Not Exist')
      return
    }
    subscription.waitForAnybody(unheardMs)
    this.#of.transferRequested({
      target,
      ...(leg !== undefined && { replaces: leg }),
      tell: (progress) => subscription.heard(progress),
    })
  }

  /** Undefined when there is nothing to wait for; else resolves when the last word was heard, or it takes too long. */
  get lastWord(): Promise<void> | undefined {
    return this.#current?.lastWord
  }

  /** The call is over: nobody is told anything any more. */
  stop(): void {
    this.#current?.stop()
  }
}

interface SubscriptionOptions {
  clock: Clock
  contactHeader: string
  dialog: SessionDialog
  /** Nobody wants to be told (RFC 4488). */
  isSilent: boolean
  id: number
}

class ReferSubscription {
  readonly #of: SubscriptionOptions
  readonly #ended = Promise.withResolvers<void>()
  #news = freshNews
  #failure = statusLines.failed
  #timer: Timer | undefined

  constructor(options: SubscriptionOptions) {
    this.#of = options
  }

  get isOver(): boolean {
    return this.#news.isOver
  }

  get lastWord(): Promise<void> | undefined {
    if (this.isOver) return undefined
    this.#timer?.cancel()
    this.#timer = this.#of.clock.after(lastWordMs, () => this.stop())
    return this.#ended.promise
  }

  waitForAnybody(ms: number): void {
    this.#timer?.cancel()
    this.#timer = this.#of.clock.after(ms, () => this.tell('failed'))
  }

  heard(progress: Progress): void {
    if (!isLastWord(this.#news.told) && !isLastWord(progress)) this.waitForAnybody(longestMs)
    this.tell(progress)
  }

  tell(progress: Progress, failure = statusLines.failed): void {
    if (progress === 'failed' && !isLastWord(this.#news.told)) this.#failure = failure
    if (isLastWord(progress)) this.#timer?.cancel()
    this.#take({ type: 'told', progress })
  }

  stop(): void {
    this.#take({ type: 'stopped' })
  }

  #take(input: NewsInput): void {
    const { state, notify } = nextNews(this.#news, input)
    this.#news = state
    if (state.isOver) {
      this.#timer?.cancel()
      this.#ended.resolve()
    }
    if (notify === undefined) return
    // RFC 4488: who wants no subscription is told nothing.
    if (this.#of.isSilent) this.#take({ type: 'answered', gone: false })
    else this.#notify(notify)
  }

  #notify(progress: Progress): void {
    const { dialog, contactHeader, id } = this.#of
    const answered = (gone: boolean) => () => this.#take({ type: 'answered', gone })
    const state = isLastWord(progress) ? 'terminated;reason=noresource' : `active;expires=${longestMs / 1000}`
    const line = progress === 'failed' ? this.#failure : statusLines[progress]
    new NotifyUserAgentClient(
      dialog,
      { onAccept: answered(false), onReject: answered(true), onRedirect: answered(true) },
      {
        extraHeaders: [contactHeader, `Event: refer;id=${id}`, `Subscription-State: ${state}`],
        body: {
          contentDisposition: 'render',
          contentType: 'message/sipfrag;version=2.0',
          content: `SIP/2.0 ${line}\r\n`,
        },
      },
    )
  }
}
