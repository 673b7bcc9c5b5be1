// One call of a campaign as its campaign sees it: what the contact's life tells is turned into the few things that pace
// a campaign and become its outcome; and the flow is told who answered.
//
//   answered ─▶ detected? ─▶ joined? ─▶ ended
import type { AnsweredBy } from '../detection/answer-detector.ts'
import type { AnswerDetection } from '../detection/listen-for-answer.ts'
import type { OutboundCallStatus } from '../flow/abilities.ts'
import type { ContactInput, ContactKind, ContactState } from './contact-machine.ts'
import type { AnsweringMachineDetectionStatus } from './contact-record.ts'
import { untilAborted } from './customer-call.ts'
import { rangInVain, unreachedReason } from './end-reasons.ts'

/** Why nobody was reached. */
export type Unreached = 'busy' | 'noAnswer' | 'invalidNumber' | 'cancelled' | 'failed'

/** Each once, unless said; `ended` is the last. */
export type CampaignCallEvent =
  /** Preview: an agent has taken it; the customer is called now. */
  | { type: 'taken' }
  | { type: 'answered' }
  /** Waits for an agent; again when one who was asked does not come. */
  | { type: 'queued' }
  /** An agent is asked. */
  | { type: 'offered' }
  | { type: 'detected'; answeredBy: AnsweredBy }
  /** Customer and agent talk. */
  | { type: 'joined' }
  | { type: 'ended'; unreached: Unreached | undefined; by: 'customer' | 'flow' | 'other'; doNotCall: boolean }

export interface CampaignSideOptions {
  callerId: string | undefined
  /** Begins to listen; called once, when the customer has answered. Absent: nobody is told apart. */
  detect?: () => AnswerDetection
  told: (event: CampaignCallEvent) => void
  /** The flow has noted that the customer wants no more calls: the attribute DoNotCall is `true`. */
  doNotCall: () => boolean
  /** For the record. */
  setAnsweredBy: (status: AnsweringMachineDetectionStatus) => void
}

const callStatuses: Readonly<Record<AnsweredBy, OutboundCallStatus>> = {
  human: 'CallAnswered',
  machineBeep: 'VoicemailBeep',
  machineNoBeep: 'VoicemailNoBeep',
  // There is no branch for it: what flows do with a machine that takes no message is right for it.
  fax: 'VoicemailNoBeep',
  silence: 'NotDetected',
  unsure: 'NotDetected',
}

const recordStatuses: Readonly<Record<AnsweredBy, AnsweringMachineDetectionStatus>> = {
  human: 'HUMAN_ANSWERED',
  machineBeep: 'VOICEMAIL_BEEP',
  machineNoBeep: 'VOICEMAIL_NO_BEEP',
  fax: 'FAX_MACHINE_DETECTED',
  silence: 'AMD_UNRESOLVED_SILENCE',
  unsure: 'AMD_UNRESOLVED',
}

const followed: ReadonlySet<ContactKind> = new Set(['campaign', 'preview', 'queueTransfer'])

export class CampaignSide {
  readonly callerId: string | undefined
  readonly #of: CampaignSideOptions
  #detection: AnswerDetection | undefined
  #answered = false
  #joined = false
  #taken = false
  #state: ContactState = 'new'

  constructor(of: CampaignSideOptions) {
    this.#of = of
    this.callerId = of.callerId
  }

  /** Undefined: nobody listens. */
  async callStatus(signal: AbortSignal): Promise<OutboundCallStatus | undefined> {
    if (!this.#detection) return undefined
    const answeredBy = await untilAborted(this.#detection.result, signal)
    return answeredBy && callStatuses[answeredBy]
  }

  /** Of the contact, and of those that come of its moving from queue to queue; what agents do with it is theirs. */
  follow(kind: ContactKind, state: ContactState, input: ContactInput): void {
    const { told } = this.#of
    if (!followed.has(kind)) return
    // Another segment has the customer now.
    if (input.type === 'movedOn') return
    if (state === 'dialling' && !this.#taken) {
      this.#taken = true
      told({ type: 'taken' })
    }
    if (input.type === 'customerAnswered' && !this.#answered) this.#begin()
    if (state === 'queued' && state !== this.#state) told({ type: 'queued' })
    if (state === 'offering' && state !== this.#state) told({ type: 'offered' })
    this.#state = state
    if (state === 'joined' && !this.#joined) {
      this.#joined = true
      this.#detection?.stop()
      told({ type: 'joined' })
    }
    if (state === 'ending') this.#ended(input)
  }

  #begin(): void {
    const { detect, told, setAnsweredBy } = this.#of
    this.#answered = true
    told({ type: 'answered' })
    this.#detection = detect?.()
    void this.#detection?.result.then((answeredBy) => {
      if (!answeredBy) return
      setAnsweredBy(recordStatuses[answeredBy])
      told({ type: 'detected', answeredBy })
    })
  }

  #ended(input: ContactInput): void {
    this.#detection?.stop()
    const unreached = this.#answered ? undefined : unreachedBy(input)
    if (!this.#answered) this.#of.setAnsweredBy(unreached === 'noAnswer' ? 'AMD_UNANSWERED' : 'AMD_NOT_APPLICABLE')
    const by = input.type === 'customerLeft' ? 'customer' : isOfFlow(input) ? 'flow' : 'other'
    this.#of.told({ type: 'ended', unreached, by, doNotCall: this.#of.doNotCall() })
  }
}

function unreachedBy(input: ContactInput): Unreached {
  if (input.type !== 'customerUnreached') return 'cancelled'
  if (rangInVain(input.end)) return 'noAnswer'
  switch (unreachedReason(input.end)) {
    case 'TELECOM_BUSY':
      return 'busy'
    case 'TELECOM_NUMBER_INVALID':
      return 'invalidNumber'
    case 'TELECOM_ORIGINATOR_CANCEL':
      return 'cancelled'
    default:
      return 'failed'
  }
}

function isOfFlow(input: ContactInput): boolean {
  return input.type === 'flowEnded' || input.type === 'queueFlowEnded'
}
