// A call from the box: to an agent, where every phone of the account rings, the first answer wins and the others are
// told so; or over a link of a carrier.
import type { Timer } from '../clock.ts'
import type { LegEnd, LegParty } from '../leg/leg.ts'
import type { CallDialog, CallDialogUser } from './call-dialog.ts'
import type { MediaFault } from './call-media.ts'
import { endOfFailure, endOfMedia, speaksForAll, worseToHide } from './end-reasons.ts'
import type { DialOptions, SipAccount } from './endpoint.ts'
import { type Caller, OutboundFork, type PhoneAddress } from './outbound-fork.ts'
import { addContacts, type Redirects, type RedirectTarget, redirectsFrom } from './redirect/redirects.ts'
import { dialogIdOf, type Replaces } from './refer/refer-to.ts'
import { type ReplacedDialog, SuccessorDialog, type TakeOver } from './refer/take-over.ts'
import { type CallWorld, SipLeg } from './sip-leg.ts'
import { quotableName } from './wire/name-addr.ts'
import { toWireText } from './wire/wire-message.ts'

/** RFC 3261 timer C, in the part of a proxy that we play: nobody rings for longer, whoever forgot to stop it. */
const ringLimitMs = 180_000

export interface RedirectPolicy {
  /** The place that is called first. */
  from: RedirectTarget
  /** Undefined: it must not be called. */
  placeOf(target: RedirectTarget): PhoneAddress | undefined
}

export interface OutboundCallOptions {
  account: SipAccount | undefined
  remote: LegParty
  local: LegParty
  caller: Caller
  /** The far end may ask to be connected elsewhere. */
  mayRefer?: boolean
  /** What a final failure means here. */
  endOf(status: number, rang: boolean): LegEnd
  /** The end when there is nowhere to call, and when nothing is heard from there. */
  unreachable: LegEnd
  /** The far end is given up when it has said nothing at all for so long. Absent: 32 s (RFC 3261 timer B). */
  noResponseMs?: number
  /** Where a 3xx may lead. Absent: nowhere; the call has failed. */
  redirect?: RedirectPolicy
  /** Told before the leg ends for it. */
  failed?(failure: CallFailure): void
}

/** `noResponse`: silence for `noResponseMs`. `unreachable`: the network says that nobody is there. */
export interface CallFailure {
  status: number | 'noResponse' | 'unreachable'
  retryAfterS?: number
}

/** The call that rings an agent's phones. */
export function callToAgent(options: DialOptions, account: SipAccount | undefined): OutboundCallOptions {
  const { userName, callerAddress, callerName } = options
  const name = callerName ?? (callerAddress === undefined ? 'Anonymous' : '')
  return {
    account,
    remote: { address: userName },
    local: {
      ...(callerAddress === undefined ? { withheld: 'private' } : { address: callerAddress }),
      ...(callerName === undefined ? {} : { displayName: callerName }),
    },
    caller: { user: callerAddress, displayName: toWireText(quotableName(name)) },
    mayRefer: true,
    endOf: endOfFailure,
    unreachable: { by: 'farEnd', blame: 'farEnd', reason: 'unreachable' },
  }
}

export class OutboundCall extends SipLeg {
  readonly direction = 'outbound'
  readonly remote: LegParty
  readonly local: LegParty
  readonly #account: SipAccount | undefined
  readonly #options: OutboundCallOptions
  #forks: OutboundFork[] = []
  #winner: OutboundFork | undefined
  /** Another phone has taken the call over. */
  #successor: SuccessorDialog | undefined
  #worstStatus = 0
  #rang = false
  #isHeardEarly = false
  #redirects: Redirects | undefined
  /** Runs until the far end says anything. */
  #silence: Timer | undefined
  #isSilent = true
  /** Given up for its silence. */
  #isMute = false

  constructor(world: CallWorld, options: OutboundCallOptions) {
    super(world, 'dialling')
    this.#options = options
    this.#account = options.account
    this.remote = options.remote
    this.local = options.local
  }

  /** Rings the phones. Begins asynchronously, so that the caller can listen to the leg first. */
  async start(findPhones: () => Promise<readonly PhoneAddress[] | 'atCapacity'>): Promise<void> {
    const phones = await findPhones()
    if (phones === 'atCapacity') {
      this.#fail({ by: 'us', blame: 'us', reason: 'atCapacity' })
      return
    }
    const account = this.#account
    if (phones.length === 0 || !account) {
      this.#fail(this.#options.unreachable)
      return
    }
    const opened = await this.port.open(phones.flatMap(({ targets }) => targets[0]?.address ?? []))
    if (this.state !== 'dialling') return
    if (!opened) {
      this.#fail({ by: 'us', blame: 'us', reason: 'atCapacity' })
      return
    }
    const limit = this.world.clock.after(ringLimitMs, () => {
      if (!this.#winner && !this.#successor) this.hangUpBy({ by: 'farEnd', blame: 'none', reason: 'noAnswer' })
    })
    void this.released.then(() => {
      limit.cancel()
      this.#silence?.cancel()
    })
    this.on((event) => {
      if (event.type === 'answered') limit.cancel()
    })
    const { noResponseMs } = this.#options
    if (noResponseMs !== undefined)
      this.#silence = this.world.clock.after(noResponseMs, () => this.giveUp('noResponse'))
    this.#forks = phones.map((phone) => this.#fork(phone, account))
    for (const fork of this.#forks) fork.start()
  }

  /** Nobody will answer; means nothing once anybody did. */
  giveUp(status: 'noResponse' | 'unreachable'): void {
    if (!this.#isSilent || this.state !== 'dialling') return
    this.#isMute = true
    this.#options.failed?.({ status })
    this.#fail(this.#options.unreachable)
  }

  /** Inbound only. */
  answer(): Promise<boolean> {
    return Promise.resolve(false)
  }

  #fork(phone: PhoneAddress, account: SipAccount): OutboundFork {
    return new OutboundFork({
      world: this.world,
      account,
      phone,
      caller: this.#options.caller,
      port: this.port,
      user: {
        responded: () => {
          this.#isSilent = false
          this.#silence?.cancel()
        },
        alerted: () => {
          this.#rang = true
          if (this.move('alerted')) this.emit({ type: 'alerted' })
        },
        soundedEarly: () => this.#soundedEarly(),
        answered: (fork) => this.#answered(fork),
        unusable: (fork, fault) => this.#unusable(fork, fault),
        failed: (fork, status, retryAfterS, contacts) => {
          if (!this.#redirected(fork, status, contacts)) this.#failed(fork, status, retryAfterS)
        },
        dialogUser: () => this.#dialogUser(),
      },
    })
  }

  #dialogUser(): CallDialogUser {
    return {
      acknowledged: () => {},
      byeReceived: () => this.#left({ by: 'farEnd', blame: 'none', reason: 'hangUp' }),
      broken: (reason) => this.hangUpBy({ by: 'farEnd', blame: 'farEnd', reason }),
      digitReceived: (digit) => this.receiveDigit(digit, 'info'),
      referReceived: (uas, dialog) => this.receiveRefer(uas, dialog),
      mediaChanged: () => this.mediaChanged(),
    }
  }

  get userName(): string | undefined {
    return this.#account?.userName
  }

  dialogNamed(replaces: Replaces): ReplacedDialog {
    const id = dialogIdOf(replaces)
    const answered = this.#successor?.dialog ?? this.#winner?.dialog
    if (answered) {
      if (answered.id !== id) return undefined
      return this.state === 'talking' ? 'confirmed' : 'over'
    }
    const isEarly =
      this.#forks.some(({ callId }) => callId === replaces.callId) && this.world.stack.core.dialogs.has(id)
    if (!isEarly) return undefined
    return this.state === 'dialling' || this.state === 'alerting' ? 'early' : 'over'
  }

  takeOver(call: TakeOver): void {
    const before = this.#successor ?? this.#winner
    const successor = SuccessorDialog.accept(this.world, call, this.port, this.#dialogUser())
    if (!successor) return
    this.#successor = successor
    if (before) {
      void before.bye()
      return
    }
    for (const fork of this.#forks) fork.cancel(true)
    if (this.move('established')) this.emit({ type: 'answered' })
  }

  #soundedEarly(): void {
    if (this.#isHeardEarly || (this.state !== 'dialling' && this.state !== 'alerting')) return
    this.#isHeardEarly = true
    this.emit({ type: 'earlyMediaStarted' })
  }

  #answered(fork: OutboundFork): boolean {
    if (!this.move('established')) return false
    this.#winner = fork
    for (const other of this.#forks) if (other !== fork) other.cancel(true)
    this.emit({ type: 'answered' })
    this.tellHold()
    return true
  }

  #unusable(fork: OutboundFork, fault: MediaFault): void {
    this.#forks = this.#forks.filter((one) => one !== fork)
    this.world.counters.count('answersUnusable')
    this.conclude(endOfMedia(fault === 'malformed' ? 'incompatibleMedia' : fault), async () => {
      for (const other of this.#forks) other.cancel(true)
      await Promise.all([fork, ...this.#forks].map((one) => one.settled))
    })
  }

  /** Goes on to the next place that the far end named, if there is one that may be called. */
  #redirected(fork: OutboundFork, status: number, contacts: readonly string[]): boolean {
    const { redirect } = this.#options
    const account = this.#account
    if (!redirect || !account || this.#winner || this.#successor || speaksForAll(status)) return false
    if (this.state !== 'dialling' && this.state !== 'alerting') return false
    this.#redirects = addContacts(this.#redirects ?? redirectsFrom(redirect.from), contacts)
    for (;;) {
      const [next, ...queue] = this.#redirects.queue
      if (!next) return false
      this.#redirects = { ...this.#redirects, queue }
      const place = redirect.placeOf(next)
      this.world.counters.count(place ? 'redirectsFollowed' : 'redirectsRefused')
      if (!place) continue
      const successor = this.#fork(place, account)
      this.#forks = [...this.#forks.filter((one) => one !== fork), successor]
      successor.start()
      return true
    }
  }

  #failed(fork: OutboundFork, status: number, retryAfterS: number | undefined): void {
    if (!this.#isMute) this.#options.failed?.({ status, ...(retryAfterS !== undefined && { retryAfterS }) })
    this.#forks = this.#forks.filter((one) => one !== fork)
    this.#worstStatus = worseToHide(status, this.#worstStatus)
    if (this.#winner || this.#successor) return
    if (this.#forks.length > 0 && !speaksForAll(status)) return
    this.#fail(this.#endOf(this.#worstStatus))
  }

  #endOf(status: number): LegEnd {
    const end = this.#options.endOf(status, this.#rang)
    // The phone refused the only media we may use with it.
    if (end.reason === 'incompatibleMedia' && this.#account?.srtp === 'required')
      return { ...end, reason: 'srtpRequired' }
    return end
  }

  #fail(end: LegEnd): void {
    this.hangUpBy(end)
  }

  #left(end: LegEnd): void {
    this.conclude(end, () => {
      this.#winner?.finish()
      return Promise.resolve()
    })
  }

  protected async farewell(end: LegEnd): Promise<void> {
    const losers = this.#forks.filter((fork) => fork !== this.#winner)
    for (const fork of losers) fork.cancel(false)
    // CANCEL waits for a first word too (RFC 3261 section 9.1); each fork sees to its own late answer.
    if (this.#isMute) return
    await Promise.all([(this.#successor ?? this.#winner)?.bye(end.reason), ...losers.map((fork) => fork.settled)])
  }

  protected get keysBy(): SipAccount['keysBy'] {
    return this.#account?.keysBy
  }

  protected get mayRefer(): boolean {
    return this.#options.mayRefer ?? false
  }

  protected get dialog(): CallDialog | undefined {
    return (this.#successor ?? this.#winner)?.dialog
  }

  protected mediaText(): string {
    const media = (this.#successor ?? this.#winner ?? this.#forks[0])?.media
    const remote = media?.remote
    if (!media || !remote) return 'not negotiated'
    return `▶ ${remote.address}:${remote.port} ${remote.codec}${media.secured ? ' srtp' : ''} ${remote.direction}`
  }
}
