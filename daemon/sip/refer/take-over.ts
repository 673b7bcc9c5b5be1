// INVITE with Replaces (RFC 3891): another phone of an agent takes over the call of the first. The leg, its audio port and
// so all that talks with it stay; only the dialog behind them is another one.
import type { IncomingInviteRequest } from 'sip.js/lib/core/index.js'
import type { Counters } from '../../counters.ts'
import { CallDialog, type CallDialogUser, sdpBody, warning } from '../call-dialog.ts'
import { MediaSession, type RtpPort } from '../call-media.ts'
import type { SipAccount } from '../endpoint.ts'
import { acceptTimer } from '../session-timer.ts'
import type { CallWorld, SipLeg } from '../sip-leg.ts'
import type { Hop } from '../transport/hop.ts'
import { header, headers, type WireRequest } from '../wire/wire-message.ts'
import { parseReplaces, type Replaces } from './refer-to.ts'

/** What became of the dialog that is to be replaced; undefined: there is none. `early`: we called, nobody has answered. */
export type ReplacedDialog = 'early' | 'confirmed' | 'over' | undefined

/** Undefined: it may be taken over. RFC 3891 section 3. */
export function refusalOf(dialog: ReplacedDialog, { earlyOnly }: Pick<Replaces, 'earlyOnly'>): number | undefined {
  if (dialog === undefined) return 481
  if (dialog === 'over') return 603
  return earlyOnly && dialog === 'confirmed' ? 486 : undefined
}

/** Undefined: the INVITE replaces nothing. `malformed`: it has several Replaces, or one that can't be read. */
function replacesOf(request: WireRequest): Replaces | 'malformed' | undefined {
  const values = headers(request, 'replaces')
  if (values.length === 0) return undefined
  return (values.length === 1 ? parseReplaces(values[0]!) : undefined) ?? 'malformed'
}

/** The INVITE that takes over. */
export interface TakeOver {
  uas: IncomingInviteRequest
  request: WireRequest
  account: SipAccount
  source: Hop
}

/** False: the INVITE replaces nothing. Else it is done with: only agents' phones take calls over, each its own agent's. */
export function receiveTakeOver(
  call: TakeOver,
  { legs, isAgent, counters }: { legs: Iterable<SipLeg>; isAgent: boolean; counters: Counters },
): boolean {
  const replaces = replacesOf(call.request)
  if (replaces === undefined) return false
  const found = replaces === 'malformed' ? undefined : legNamed(legs, replaces)
  const isForeign = !isAgent || (found && found.leg.userName !== call.account.userName)
  const refusal = replaces === 'malformed' ? 400 : isForeign ? 403 : refusalOf(found?.dialog, replaces)
  counters.count(refusal === undefined ? 'takeOvers' : 'takeOversRefused')
  if (refusal === undefined) found?.leg.takeOver(call)
  else call.uas.reject({ statusCode: refusal })
  return true
}

/** Another leg of the same account. */
export function siblingNamed(legs: Iterable<SipLeg>, replaces: Replaces, like: SipLeg): SipLeg | undefined {
  const found = legNamed(legs, replaces)
  return found?.dialog === 'confirmed' && found.leg !== like && found.leg.userName === like.userName
    ? found.leg
    : undefined
}

function legNamed(legs: Iterable<SipLeg>, replaces: Replaces): { leg: SipLeg; dialog: ReplacedDialog } | undefined {
  for (const leg of legs) {
    const dialog = leg.dialogNamed(replaces)
    if (dialog !== undefined) return { leg, dialog }
  }
  return undefined
}

/** The dialog that has taken the place of a leg's first. */
export class SuccessorDialog {
  readonly media: MediaSession
  readonly dialog: CallDialog
  readonly #world: CallWorld
  readonly #callId: string
  readonly #acknowledged = Promise.withResolvers<void>()
  readonly #remove: () => void

  private constructor(
    world: CallWorld,
    { uas, request, account, source }: TakeOver,
    media: MediaSession,
    sdp: string,
    user: CallDialogUser,
  ) {
    this.media = media
    this.#world = world
    this.#callId = header(request, 'call-id')!
    world.stack.routes.set(this.#callId, { account, targets: [source] })
    const { headers, timer } = acceptTimer(uas.message, world.sessionIntervalS)
    const { session } = uas.accept({ statusCode: 200, extraHeaders: headers, body: sdpBody(sdp) })
    this.dialog = new CallDialog({
      session,
      media,
      contactHeader: world.stack.contactHeader,
      clock: world.clock,
      outbound: false,
      timer,
      user: {
        ...user,
        acknowledged: (answer) => this.#receiveAck(answer, user),
        byeReceived: () => {
          this.#forget()
          user.byeReceived()
        },
        broken: (reason) => {
          this.#acknowledged.resolve()
          user.broken(reason)
        },
      },
    })
    this.#remove = world.addDialog(this.#callId, this.dialog)
  }

  /** Undefined, and the INVITE is refused, when there is no audio that both sides know. */
  static accept(world: CallWorld, call: TakeOver, port: RtpPort, user: CallDialogUser): SuccessorDialog | undefined {
    const { uas, request, account, source } = call
    const media = new MediaSession({ port, account, farEnd: source.address })
    const answer = request.body === '' ? { ok: true as const, sdp: media.offer() } : media.answer(request.body)
    if (answer.ok) return new SuccessorDialog(world, call, media, answer.sdp, user)
    uas.reject({ statusCode: answer.fault === 'malformed' ? 400 : 488, extraHeaders: warning(answer.fault) })
    return undefined
  }

  /** Hangs up, once the phone has acknowledged our 200 or never will (RFC 3261 section 15). */
  async bye(reason?: string): Promise<void> {
    await this.#acknowledged.promise
    await this.dialog.bye(reason)
    this.#forget()
  }

  #receiveAck(answer: string | undefined, user: CallDialogUser): void {
    this.#acknowledged.resolve()
    if (!this.media.offering) return
    if (answer !== undefined && this.media.accept(answer).ok) user.mediaChanged()
    else user.broken('incompatibleMedia')
  }

  #forget(): void {
    this.#acknowledged.resolve()
    this.#remove()
    this.#world.stack.routes.release(this.#callId)
  }
}
