// A call to the box, from an agent's phone (authenticated) or over a carrier's link (recognised): INVITE to the leg that
// the flow of the dialled number gets.
import type { IncomingInviteRequest } from 'sip.js/lib/core/index.js'
import type { LegEnd, LegOrigin, LegParty } from '../leg/leg.ts'
import { CallDialog, type CallDialogUser, sdpBody, warning } from './call-dialog.ts'
import { type MediaFault, MediaSession, mediaAddressIn } from './call-media.ts'
import { releaseInvite } from './core-dialog.ts'
import { endOfMedia, rejectionFor } from './end-reasons.ts'
import type { SipAccount } from './endpoint.ts'
import { dialogIdOf, type Replaces } from './refer/refer-to.ts'
import { type ReplacedDialog, SuccessorDialog, type TakeOver } from './refer/take-over.ts'
import { Ringing } from './ringing.ts'
import { acceptTimer } from './session-timer.ts'
import { type CallWorld, SipLeg } from './sip-leg.ts'
import type { Hop } from './transport/hop.ts'
import type { HostPort } from './wire/host-port.ts'
import { parseNameAddr } from './wire/name-addr.ts'
import { decodedUser, parseSipUri } from './wire/sip-uri.ts'
import { fromWireText, header, type WireRequest } from './wire/wire-message.ts'

const byFarEnd = (reason: string, blame: LegEnd['blame'] = 'none'): LegEnd => ({ by: 'farEnd', blame, reason })

/** Who calls whom, as far as it is believed. */
export interface InboundParties {
  remote: LegParty
  local: LegParty
  origin: LegOrigin
  headers?: Readonly<Record<string, string>>
  /** Where requests of the call go. Absent: where it came from. */
  next?: Hop
}

/** An agent is who signed in, whatever the phone calls itself. */
export function partiesOfAgent(request: WireRequest, { userName }: SipAccount): InboundParties {
  const name = parseNameAddr(header(request, 'from') ?? '')?.displayName
  const dialled = parseSipUri(request.uri)
  return {
    remote: { address: userName, ...(name === undefined ? {} : { displayName: fromWireText(name) }) },
    local: dialled ? { address: decodedUser(dialled) } : {},
    origin: { kind: 'agent', userName },
  }
}

export class InboundCall extends SipLeg {
  readonly direction = 'inbound'
  readonly origin: LegOrigin
  readonly headers: Readonly<Record<string, string>>
  readonly remote: LegParty
  readonly local: LegParty
  readonly callId: string
  readonly #uas: IncomingInviteRequest
  readonly #account: SipAccount
  readonly #offer: string
  readonly #source: string
  readonly #media: MediaSession
  /** Settles once the 2xx is acknowledged, or never will be; true when the call stands. */
  readonly #acknowledged = Promise.withResolvers<boolean>()
  #dialog: CallDialog | undefined
  /** Another phone has taken the call over. */
  #successor: SuccessorDialog | undefined
  #answered: Promise<boolean> | undefined
  readonly #ringing: Ringing
  #opened: Promise<boolean> | undefined

  constructor(
    world: CallWorld,
    call: {
      uas: IncomingInviteRequest
      request: WireRequest
      account: SipAccount
      source: HostPort
      parties: InboundParties
    },
  ) {
    super(world, 'ringing')
    const { uas, request, account, source, parties } = call
    this.#uas = uas
    this.#account = account
    this.#offer = request.body
    this.#source = source.address
    this.callId = header(request, 'call-id')!
    this.remote = parties.remote
    this.local = parties.local
    this.origin = parties.origin
    this.headers = parties.headers ?? {}
    this.#media = new MediaSession({
      port: this.port,
      account,
      farEnd: source.address,
    })
    world.stack.routes.set(this.callId, { account, targets: [parties.next ?? source] })
    this.#ringing = new Ringing({
      uas,
      clock: world.clock,
      media: this.#media,
      contactHeader: world.stack.contactHeader,
      openPort: () => this.#open(),
      addDialog: (dialog) => world.addDialog(this.callId, dialog),
      user: {
        abandoned: () => this.#broken('noPrack'),
        unusable: (fault) => this.hangUpBy(endOfMedia(fault === 'srtpRequired' ? fault : 'incompatibleMedia')),
        byeReceived: () => this.#cancelled(),
      },
    })
    uas.delegate = { onCancel: () => this.#cancelled() }
    uas.trying()
  }

  /** Why the phone's offer can't be taken; the caller rejects with it before anyone hears of the call. */
  static refusal(request: WireRequest, account: SipAccount, { stack }: CallWorld): MediaFault | undefined {
    return request.body === '' ? undefined : MediaSession.refusal(request.body, account, stack.media.families)
  }

  /** Tells the phone that it is being dealt with. */
  ring(): void {
    if (this.state === 'ringing') this.#ringing.begin()
  }

  #open(): Promise<boolean> {
    this.#opened ??= this.port.open([mediaAddressIn(this.#offer) ?? this.#source])
    return this.#opened
  }

  answer(): Promise<boolean> {
    this.#answered ??= this.#answer()
    return this.#answered
  }

  async #answer(): Promise<boolean> {
    if (!this.move('answerBegun')) return false
    const opened = await this.#open()
    // No 2xx while an offer of ours waits for its PRACK (RFC 3262 section 3).
    await this.#ringing.confirmed
    if (this.state !== 'answering') return false
    if (!opened) {
      this.hangUpBy({ by: 'us', blame: 'us', reason: 'atCapacity' })
      return false
    }
    const answer = this.#describe()
    if (!answer.ok) {
      this.hangUpBy(endOfMedia(answer.fault === 'malformed' ? 'incompatibleMedia' : answer.fault))
      return false
    }
    const { headers, timer } = acceptTimer(this.#uas.message, this.world.sessionIntervalS)
    this.#ringing.stop()
    const { session } = this.#uas.accept({
      statusCode: 200,
      extraHeaders: headers,
      body: sdpBody(answer.sdp),
    })
    this.#dialog = new CallDialog({
      session,
      media: this.#media,
      contactHeader: this.world.stack.contactHeader,
      clock: this.world.clock,
      outbound: false,
      timer,
      user: this.#dialogUser(),
    })
    const remove = this.world.addDialog(this.callId, this.#dialog)
    void this.released.then(remove)
    return this.#acknowledged.promise
  }

  /** What our 2xx says: nothing when all was said in the 180 and its PRACK. */
  #describe(): ReturnType<MediaSession['answer']> {
    if (this.#offer !== '') return this.#media.answer(this.#offer)
    return { ok: true, sdp: this.#media.remote ? '' : this.#media.offer() }
  }

  #dialogUser(): CallDialogUser {
    return {
      acknowledged: (sdp) => this.#established(sdp),
      byeReceived: () => this.#leave(byFarEnd('hangUp')),
      broken: (reason) => this.#broken(reason),
      digitReceived: (digit) => this.receiveDigit(digit, 'info'),
      referReceived: (uas, dialog) => this.receiveRefer(uas, dialog),
      mediaChanged: () => this.mediaChanged(),
    }
  }

  get userName(): string {
    return this.#account.userName
  }

  dialogNamed(replaces: Replaces): ReplacedDialog {
    // One that still rings here was not begun by us, and nobody takes it over (RFC 3891 section 3).
    const dialog = this.#successor?.dialog ?? this.#dialog
    if (dialog?.id !== dialogIdOf(replaces)) return undefined
    if (this.state === 'clearing' || this.state === 'ended') return 'over'
    return this.state === 'talking' ? 'confirmed' : undefined
  }

  takeOver(call: TakeOver): void {
    const before = this.#successor ?? this.#dialog
    const successor = SuccessorDialog.accept(this.world, call, this.port, this.#dialogUser())
    if (!successor) return
    const isFirst = this.#successor === undefined
    this.#successor = successor
    void before?.bye().then(() => {
      if (isFirst) this.#forget()
    })
  }

  /** Audio begins with the ACK, not with our 200: before it the phone may not hear us yet. */
  #established(sdp: string | undefined): void {
    if (this.#media.offering) {
      const accepted = sdp === undefined ? undefined : this.#media.accept(sdp)
      if (!accepted?.ok) {
        this.#acknowledged.resolve(false)
        this.hangUpBy(endOfMedia(accepted?.fault === 'srtpRequired' ? 'srtpRequired' : 'incompatibleMedia'))
        return
      }
    }
    const established = this.move('established')
    if (established) {
      this.emit({ type: 'answered' })
      this.tellHold()
    }
    this.#acknowledged.resolve(established)
  }

  #broken(reason: string): void {
    this.#acknowledged.resolve(false)
    this.hangUpBy({ by: 'farEnd', blame: 'farEnd', reason })
  }

  #cancelled(): void {
    if (this.#dialog) return
    this.#leave(byFarEnd('cancelled'), () => this.#uas.reject({ statusCode: 487 }))
  }

  /** The far end is gone: nothing to tell it but, perhaps, the last word on its INVITE. */
  #leave(end: LegEnd, lastWord: () => void = () => {}): void {
    this.#ringing.stop()
    this.#acknowledged.resolve(false)
    this.conclude(end, () => {
      lastWord()
      this.#forget()
      return Promise.resolve()
    })
  }

  protected async farewell(end: LegEnd): Promise<void> {
    this.#ringing.stop()
    const dialog = this.#dialog
    if (!dialog) {
      const rejection = rejectionFor(end.reason)
      const media = end.reason === 'srtpRequired' || end.reason === 'incompatibleMedia'
      this.#uas.reject(media ? { statusCode: 488, extraHeaders: warning(end.reason as MediaFault) } : rejection)
      this.#acknowledged.resolve(false)
      this.#forget()
      return
    }
    // RFC 3261 section 15: no BYE by the called party before the ACK has come, or will not come any more.
    await this.#acknowledged.promise
    await (this.#successor ?? dialog).bye(end.reason)
    this.#forget()
  }

  #forget(): void {
    // A refused INVITE stays until its ACK; the call need not.
    this.#uas.delegate = {}
    if (this.#dialog) releaseInvite(this.world.stack.core, this.#uas)
    this.world.stack.routes.release(this.callId)
  }

  protected get keysBy(): SipAccount['keysBy'] {
    return this.#account.keysBy
  }

  protected get mayRefer(): boolean {
    return this.origin.kind === 'agent'
  }

  protected get dialog(): CallDialog | undefined {
    return this.#successor?.dialog ?? this.#dialog
  }

  protected mediaText(): string {
    const remote = (this.#successor?.media ?? this.#media).remote
    if (!remote) return 'not negotiated'
    const srtp = this.#media.secured ? ' srtp' : ''
    return `▶ ${remote.address}:${remote.port} ${remote.codec}${srtp} ${remote.direction} account ${this.#account.userName}`
  }
}
