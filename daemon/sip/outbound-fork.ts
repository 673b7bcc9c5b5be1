// One INVITE to one phone: from the offer to its final word, and to the last trace of it when it comes too late.
import { randomUUID } from 'node:crypto'
import {
  type AckableIncomingResponseWithSession,
  type IncomingResponse,
  type IncomingResponseMessage,
  type OutgoingInviteRequest,
  URI,
} from 'sip.js/lib/core/index.js'
import { CallDialog, type CallDialogUser, sdpBody } from './call-dialog.ts'
import type { RtpPort } from './call-media.ts'
import { type MediaFault, MediaSession } from './call-media.ts'
import { EarlyDialogs } from './early-dialogs.ts'
import type { SipAccount } from './endpoint.ts'
import type { Profile } from './sdp/negotiate.ts'
import { type DialogTimer, timerHeadersOf } from './session-timer.ts'
import { agreedTerms, leastIntervalS, timerRequestHeaders } from './session-timer-machine.ts'
import type { CallWorld } from './sip-leg.ts'
import { allowedMethods } from './transaction/outgoing-edit.ts'
import type { Hop } from './transport/hop.ts'
import { formatHost, type HostPort } from './wire/host-port.ts'
import { escapeUser, parseSipUri, toCoreUri } from './wire/sip-uri.ts'

/** A place that can be called: a phone of an agent's account, or a carrier. */
export interface PhoneAddress {
  /** As the phone registered it. */
  uri: string
  targets: readonly HostPort[]
  /** Absent: the caller at our own domain, as agents' phones show it. */
  from?: { user: string; host: string; userPhone: boolean }
  /** Absent: the account at our own domain. */
  to?: string
  /** Lines that the INVITE has besides. */
  headers?: readonly string[]
  /** Where the call goes on once this answer has come; undefined, or absent: where it began. */
  next?(answer: IncomingResponseMessage): Hop | undefined
}

export interface ForkUser {
  /** The far end said anything at all. */
  responded(): void
  alerted(): void
  /** The far end sends sound though nobody has answered. */
  soundedEarly(): void
  /** The phone answered, soundly. True: it is the one; false: too late, the fork hangs it up. */
  answered(fork: OutboundFork): boolean
  /** The phone answered with media that can't be used; it is being hung up. */
  unusable(fork: OutboundFork, fault: MediaFault): void
  /** `retryAfterS`: the far end said when it can be asked again. */
  failed(fork: OutboundFork, status: number, retryAfterS: number | undefined, contacts: readonly string[]): void
  dialogUser(): CallDialogUser
}

export interface Caller {
  user: string | undefined
  /** Wire text, quoted for a quoted string. */
  displayName: string
}

const mediaRefusals = [415, 488, 606]

export class OutboundFork {
  readonly media: MediaSession
  readonly #world: CallWorld
  readonly #account: SipAccount
  readonly #phone: PhoneAddress
  readonly #caller: Caller
  readonly #user: ForkUser
  readonly #settled = Promise.withResolvers<void>()
  #callId = ''
  #fromTag = ''
  #cseq = 0
  /** The shortest session interval that anybody on the way takes. */
  #minS = leastIntervalS
  #request: OutgoingInviteRequest | undefined
  #dialog: CallDialog | undefined
  readonly #early: EarlyDialogs
  #cancelled = false
  #over = false

  constructor(options: {
    world: CallWorld
    account: SipAccount
    phone: PhoneAddress
    caller: Caller
    port: RtpPort
    user: ForkUser
  }) {
    this.#world = options.world
    this.#account = options.account
    this.#phone = options.phone
    this.#caller = options.caller
    this.#user = options.user
    this.media = new MediaSession({
      port: options.port,
      account: options.account,
      farEnd: options.phone.targets[0]!.address,
    })
    this.#early = new EarlyDialogs({
      media: this.media,
      contactHeader: options.world.stack.contactHeader,
      addDialog: (dialog) => this.#world.addDialog(this.#callId, dialog),
    })
  }

  get callId(): string {
    return this.#callId
  }

  get dialog(): CallDialog | undefined {
    return this.#dialog
  }

  /** Resolves when nothing of the fork is left, its late answers included. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  start(profile: Profile = this.media.profile): void {
    this.#callId = randomUUID()
    this.#fromTag = randomUUID()
    this.#cseq = 1
    this.#invite(profile)
  }

  #invite(profile: Profile): void {
    const { stack, realm } = this.#world
    stack.routes.set(this.#callId, { account: this.#account, targets: this.#phone.targets })
    const host = formatHost(stack.media.addressFor(this.#phone.targets[0]!.address))
    const { uri, from, to, headers = [] } = this.#phone
    const timer = timerRequestHeaders(this.#world.sessionIntervalS, this.#minS)
    const message = stack.core.makeOutgoingRequestMessage(
      'INVITE',
      toCoreUri(parseSipUri(uri)!),
      from ? fromUri(from) : this.#callerAt(hostOf(realm, host)),
      to === undefined
        ? new URI('sip', escapeUser(this.#account.userName), hostOf(realm, host))
        : toCoreUri(parseSipUri(to)!),
      {
        callId: this.#callId,
        cseq: this.#cseq,
        fromTag: this.#fromTag,
        fromDisplayName: this.#caller.displayName,
      },
      [stack.contactHeader, `Allow: ${allowedMethods}`, ...timer, ...headers],
      sdpBody(this.media.offer(profile)),
    )
    this.#request = stack.core.invite(message, {
      onTrying: () => this.#user.responded(),
      onProgress: (response) => {
        this.#user.responded()
        const { statusCode } = response.message
        const sounds = this.#early.receive(response)
        if (this.#cancelled) return
        if (statusCode === 180 || statusCode === 183) this.#user.alerted()
        if (sounds) this.#user.soundedEarly()
      },
      onAccept: (response) => this.#accepted(response),
      onReject: (response) => this.#refused(response),
      onRedirect: (response) => this.#refused(response),
    })
  }

  #callerAt(host: string): URI {
    const { user } = this.#caller
    return user === undefined
      ? new URI('sip', 'anonymous', 'anonymous.invalid')
      : new URI('sip', escapeUser(user), host)
  }

  /** Stops ringing. An answer that crosses it is acknowledged and hung up. */
  cancel(answeredElsewhere: boolean): void {
    if (this.#cancelled || this.#over || this.#dialog) return
    this.#cancelled = true
    this.#request?.cancel(answeredElsewhere ? 'SIP;cause=200;text="Call completed elsewhere"' : undefined)
  }

  /** Hangs up a phone that was answered; resolves when it confirmed, or didn't in time. */
  async bye(reason?: string): Promise<void> {
    await this.#dialog?.bye(reason)
    this.finish()
  }

  /** The call is over: forget it. */
  finish(): void {
    this.#over = true
    this.#early.close()
    this.#world.stack.routes.release(this.#callId)
    this.#settled.resolve()
  }

  #accepted(response: AckableIncomingResponseWithSession): void {
    // A second dialog of the same INVITE (a proxy that forks): acknowledged and hung up.
    const first = this.#dialog === undefined && !this.#over
    const answer = first && !this.#cancelled ? this.#early.settle(response.session, response.message.body) : undefined
    const next = first ? this.#phone.next?.(response.message) : undefined
    if (next) this.#world.stack.routes.set(this.#callId, { account: this.#account, targets: [next] })
    response.ack()
    const dialog = new CallDialog({
      session: response.session,
      media: this.media,
      contactHeader: this.#world.stack.contactHeader,
      clock: this.#world.clock,
      outbound: true,
      timer: first ? this.#timerOf(response.message) : undefined,
      user: first ? this.#user.dialogUser() : silent,
    })
    if (!first) {
      void dialog.bye()
      return
    }
    this.#dialog = dialog
    const remove = this.#world.addDialog(this.#callId, dialog)
    void this.settled.then(remove)
    if (answer?.ok) {
      if (this.#user.answered(this)) return
      void this.bye()
      return
    }
    if (answer) this.#user.unusable(this, answer.fault)
    void this.bye(answer && 'incompatibleMedia')
  }

  #timerOf(peer: IncomingResponseMessage): DialogTimer {
    return { intervalS: this.#world.sessionIntervalS, terms: agreedTerms(timerHeadersOf(peer)), peer }
  }

  #refused(response: IncomingResponse): void {
    if (this.#over || this.#dialog) return
    const status = response.message.statusCode ?? 500
    this.#world.stack.routes.release(this.#callId)
    this.#early.close()
    const { minS } = timerHeadersOf(response.message)
    if (status === 422 && minS > this.#minS && !this.#cancelled) {
      // The same call, asked for once more (RFC 4028 section 7.3).
      this.#minS = minS
      this.#cseq++
      this.#invite(this.media.profile)
      return
    }
    const retry =
      mediaRefusals.includes(status) &&
      !this.#cancelled &&
      this.#account.srtp === 'offered' &&
      this.media.profile !== 'RTP/AVP'
    if (retry) {
      // SRTP was only offered: this phone can't, so it is rung once more without.
      this.#world.counters.count('srtpOffersDeclined')
      this.start('RTP/AVP')
      return
    }
    this.finish()
    const contacts = status < 400 ? response.message.getHeaders('contact') : []
    this.#user.failed(this, status, retryAfterOf(response), contacts)
  }
}

const silent: CallDialogUser = {
  acknowledged: () => {},
  byeReceived: () => {},
  broken: () => {},
  digitReceived: () => {},
  referReceived: (uas) => uas.reject({ statusCode: 403 }),
  mediaChanged: () => {},
}

function fromUri({ user, host, userPhone }: NonNullable<PhoneAddress['from']>): URI {
  return new URI('sip', escapeUser(user), host, undefined, userPhone ? { user: 'phone' } : {})
}

/** `Retry-After: 30 (in maintenance)`, in seconds. */
function retryAfterOf(response: IncomingResponse): number | undefined {
  const seconds = /^\d{1,6}/.exec(response.message.getHeader('retry-after') ?? '')?.[0]
  return seconds === undefined ? undefined : Number(seconds)
}

/** The realm is the domain of our addresses where it can be one; phones show and match it. */
function hostOf(realm: string, fallback: string): string {
  return /^[A-Za-z0-9.-]+$/.test(realm) ? realm : fallback
}
