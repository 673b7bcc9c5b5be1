// One campaign that runs: takes the next contact who may be called, calls as many as the pace lets, follows each call and
// writes down what became of it.
//
//   due contact ─may be called now?─▶ attempt written ─▶ dialled ─▶ answered ─▶ agent ─▶ outcome ─▶ done, or again later
import type { Timer } from '../clock.ts'
import type { Campaign } from '../config/campaigns-schema.ts'
import type { CampaignCall, CampaignCallBegun } from '../contact/campaign-operations.ts'
import type { CampaignCallEvent } from '../contact/campaign-side.ts'
import { CalledContact } from './called-contact.ts'
import { quietUntil } from './calling-times.ts'
import type { DueContact } from './campaign-store.ts'
import type { CampaignWorld } from './campaign-world.ts'
import { type Outcome, outcomeOf, retryAfterMs } from './outcomes.ts'
import { callsToPlace, newPace, nextPace, type Pace, type PaceInput, type PaceView } from './pacing.ts'

/** Looked at in one go; what waits for its hours is put off meanwhile. */
const mostLooked = 200
const busyLookMs = 1000
const idleLookMs = 60_000
/** After a refusal that may pass: no line, no link, a limit of the hour. */
const heldMs = 15_000
const dayMs = 24 * 3600_000

export class CampaignRun {
  readonly #world: CampaignWorld
  readonly #calls = new Set<CalledContact>()
  #campaign: Campaign
  #pace: Pace
  #view: PaceView = { free: 0, busy: 0, waiting: 0, undecided: 0 }
  #timer: Timer | undefined
  #isOn = false
  #isLooking = false
  #heldUntilMs = 0
  /** Why nobody is called just now. */
  #held: string | undefined

  constructor(campaign: Campaign, world: CampaignWorld) {
    this.#campaign = campaign
    this.#world = world
    const { live, abandoned } = world.store.figures(campaign.name)
    this.#pace = newPace({ live, abandoned, atMs: world.clock.monotonicMs() })
  }

  get calling(): number {
    return this.#calls.size
  }

  get held(): string | undefined {
    return this.#world.clock.monotonicMs() < this.#heldUntilMs ? this.#held : undefined
  }

  /** Of calls that begin from now on. */
  reconfigure(campaign: Campaign): void {
    this.#campaign = campaign
    this.look()
  }

  start(): void {
    this.#isOn = true
    this.#heldUntilMs = 0
    this.look()
  }

  /** Nobody more is called. */
  pause(): void {
    this.#isOn = false
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** And who is being called is called no longer; who has answered goes on. */
  stop(): void {
    this.pause()
    for (const call of [...this.#calls]) call.cancel()
  }

  /** Agents, contacts or the time may have changed. */
  look(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      this.#observe()
      if (this.#isOn) this.#callNext()
    } finally {
      this.#isLooking = false
    }
    this.#lookAgain()
  }

  #lookAgain(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (!this.#isOn) return
    const { clock, store } = this.#world
    const dueMs = store.nextDueMs(this.#campaign.name)
    const waitMs =
      dueMs === undefined ? idleLookMs : Math.min(idleLookMs, Math.max(busyLookMs, dueMs - clock.epochMs()))
    this.#timer = clock.after(waitMs, () => this.look())
  }

  #callNext(): void {
    const { clock, store } = this.#world
    if (clock.monotonicMs() < this.#heldUntilMs) return
    for (let looked = 0; looked < mostLooked; ) {
      const places = this.#places()
      if (places <= 0) return
      const due = store.due(this.#campaign.name, clock.epochMs(), Math.min(places, mostLooked - looked))
      if (due.length === 0) return
      for (const contact of due) {
        const mayCall = this.#mayCall(contact)
        if (mayCall === undefined || (mayCall && !this.#call(contact))) return
      }
      looked += due.length
    }
  }

  #places(): number {
    const { mode, abandon, maximumLines } = this.#campaign
    this.#view = this.#present()
    const limits = { abandonLimit: abandon.limitPercent / 100, patienceMs: abandon.afterS * 1000 }
    return Math.min(callsToPlace(mode, this.#pace, this.#view, limits), maximumLines - this.#calls.size)
  }

  /** False: not now; what has to be done about it is done. Undefined: nobody can tell of anybody. */
  #mayCall(contact: DueContact): boolean | undefined {
    const { clock, store, timeZone } = this.#world
    const { callingTimes, attempts } = this.#campaign
    const nowMs = clock.epochMs()
    const isBlocked = this.#isBlocked(contact.number)
    if (isBlocked === undefined) return undefined
    if (isBlocked) {
      store.finish(contact.id, 'doNotCall')
      return false
    }
    const quiet = quietUntil(contact, callingTimes, timeZone(), nowMs)
    const ofDay = store.attemptsOfDay(contact.number, nowMs)
    const [first] = ofDay.slice(-attempts.perDay)
    const again = first !== undefined && ofDay.length >= attempts.perDay ? first + dayMs : undefined
    const untilMs = Math.max(quiet ?? 0, again ?? 0, store.isCalled(contact.number) ? nowMs + idleLookMs : 0)
    if (untilMs > 0) store.defer(contact.id, untilMs)
    return untilMs === 0
  }

  #isBlocked(number: string): boolean | undefined {
    const { store, log, mustNotCall } = this.#world
    try {
      return mustNotCall(number) || store.isRefused(number)
    } catch (fault) {
      log.error({ campaign: this.#campaign.name, err: fault }, 'the do-not-call list cannot be read: nobody is called')
      this.#hold(`the do-not-call list: ${fault instanceof Error ? fault.message : String(fault)}`)
      return undefined
    }
  }

  #hold(why: string): void {
    this.#held = why
    this.#heldUntilMs = this.#world.clock.monotonicMs() + heldMs
  }

  /** False: nobody can be called just now. */
  #call(contact: DueContact): boolean {
    const { clock, store, log } = this.#world
    const nowMs = clock.epochMs()
    const attempt = store.begin(this.#campaign.name, contact, nowMs)
    const call = new CalledContact(this.#campaign, this.#world, attempt, {
      pace: (input) => this.#observe(input),
      ended: () => this.#ended(call, contact),
    })
    this.#observe()
    this.#calls.add(call)
    const begun = this.#place(contact, call.told)
    if (!('refused' in begun)) {
      call.placed(begun)
      return true
    }
    this.#calls.delete(call)
    const { refused, detail } = begun
    log.warn({ campaign: this.#campaign.name, number: contact.number, reason: refused, detail }, 'contact not called')
    if (refused === 'invalidNumber' || refused === 'notAllowed') {
      store.end(attempt, contact.id, {
        outcome: 'refused',
        nowMs,
        nextMs: undefined,
        live: false,
        contactId: undefined,
      })
      return true
    }
    store.undo(attempt, contact.id, nowMs)
    this.#hold(detail)
    return false
  }

  #place({ number, attributes }: DueContact, told: (event: CampaignCallEvent) => void): CampaignCallBegun {
    const { name, mode, queue, flow, callerId, ringTimeoutS, detection } = this.#campaign
    const call: CampaignCall = { campaign: name, number, queue, callerId, attributes, told }
    if (mode === 'preview') return this.#world.calls.preview({ ...call, queue: queue ?? '' })
    return this.#world.calls.dial({ ...call, flow: flow ?? '', ringTimeoutMs: ringTimeoutS * 1000, detection })
  }

  #ended(call: CalledContact, contact: DueContact): void {
    const { clock, store, log } = this.#world
    this.#calls.delete(call)
    const outcome: Outcome = outcomeOf(call.story)
    const nowMs = clock.epochMs()
    const afterMs = retryAfterMs(outcome, contact.attempts + 1, this.#campaign)
    store.end(call.attempt, contact.id, {
      outcome,
      nowMs,
      nextMs: afterMs === undefined ? undefined : nowMs + afterMs,
      live: call.story.live,
      contactId: call.contactId,
    })
    log.info({ campaign: this.#campaign.name, number: contact.number, outcome }, 'call of a campaign is over')
    this.look()
  }

  /** Time has passed, and perhaps something happened: the pace learns from it. */
  #observe(input?: PaceInput): void {
    this.#pace = nextPace(this.#pace, this.#world.clock.monotonicMs(), this.#view, input)
    this.#view = this.#present()
  }

  #present(): PaceView {
    const { queue } = this.#campaign
    const agents = queue === undefined ? { free: 0, busy: 0 } : this.#world.agents(queue)
    let [waiting, undecided] = [0, 0]
    for (const { phase } of this.#calls) {
      if (phase === 'waiting') waiting++
      else if (phase === 'undecided') undecided++
    }
    return { ...agents, waiting, undecided }
  }
}
