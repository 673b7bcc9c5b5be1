// A campaign of many contacts against the simulated centre: by the box's own dialler over a real store, or by the ideal
// one. Both call the same people, in the same order, within the same hours.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CampaignRun } from '../../../daemon/campaigns/campaign-run.ts'
import { CampaignStore } from '../../../daemon/campaigns/campaign-store.ts'
import type { CampaignWorld } from '../../../daemon/campaigns/campaign-world.ts'
import type { ListedContact } from '../../../daemon/campaigns/contact-list.ts'
import { type Campaign, campaignsSchema } from '../../../daemon/config/campaigns-schema.ts'
import type { CampaignCallEvent } from '../../../daemon/contact/campaign-side.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { SimClock } from '../../support/sim-clock.ts'
import type { IdealDialler, Rates } from './ideal-dialler.ts'
import { SimulatedCentre } from './simulated-centre.ts'

/** Monday, 05:00 UTC, in winter: British clocks show UTC, German ones an hour more, those of New York five less. */
export const startEpochMs = Date.UTC(2026, 0, 5, 5)
export const hourMs = 3600_000

/** Hours of the day, UTC, in which a number may be called: reckoned by hand, not by the daemon's own way. */
export function callableHours(number: string): { from: number; to: number } {
  // From nine to eight by the contact's clock.
  if (number.startsWith('+44')) return { from: 9, to: 20 }
  if (number.startsWith('+49')) return { from: 8, to: 19 }
  // Told as New York.
  if (number.startsWith('+1212')) return { from: 14, to: 25 }
  // Nine on Hawaii, and eight in New York.
  return { from: 19, to: 25 }
}

export function isCallable(number: string, epochMs: number): boolean {
  const hour = ((epochMs - startEpochMs) / hourMs + 5) % 24
  const { from, to } = callableHours(number)
  return (hour >= from && hour < to) || hour + 24 < to
}

/** Most in Britain; each tenth in Germany, each tenth in New York, each fiftieth somewhere in North America. */
export function contacts(count: number): ListedContact[] {
  return Array.from({ length: count }, (_, n) => {
    const digits = String(n).padStart(4, '0')
    if (n % 50 === 7) return { number: `+1310555${digits}`, attributes: {} }
    if (n % 10 === 3) return { number: `+1212555${digits}`, timeZone: 'America/New_York', attributes: {} }
    if (n % 10 === 6) return { number: `+4930555${digits}`, attributes: {} }
    return { number: `+44207946${digits}`, attributes: {} }
  })
}

export function campaignOf(change: object = {}): Campaign {
  const [campaign] = campaignsSchema.parse({
    campaigns: [
      {
        name: 'Renewals',
        mode: 'predictive',
        queue: 'Campaign',
        flow: 'call',
        maximumLines: 500,
        ringTimeoutS: 60,
        attempts: { total: 1 },
        abandon: { limitPercent: 3, afterS: 1 },
        ...change,
      },
    ],
  }).campaigns
  if (!campaign) throw new Error('the schema lost the campaign')
  return campaign
}

/** A store in a folder of its own, and the campaign that runs over it in the centre. */
export class BoxDialler {
  readonly clock: SimClock
  readonly centre: SimulatedCentre
  readonly doNotCall = new Set<string>()
  readonly #folder = mkdtempSync(join(tmpdir(), 'cordboard-campaign-'))
  readonly #rates: Rates
  readonly #campaign: Campaign
  store: CampaignStore
  run: CampaignRun
  /** What was told by calls of a daemon that is dead goes nowhere. */
  #life = 0

  constructor(rates: Rates, seed: number, campaign = campaignOf()) {
    this.#rates = rates
    this.#campaign = campaign
    this.clock = new SimClock(startEpochMs)
    this.centre = new SimulatedCentre(this.clock, rates, seed)
    this.store = this.#open()
    this.run = new CampaignRun(campaign, this.#world())
  }

  /** As a kill does: calls are gone, nothing is told, and the next daemon finds what was written. */
  restart(): number {
    this.#life++
    this.run.pause()
    this.store.close()
    this.store = this.#open()
    const interrupted = this.store.closeInterrupted(this.clock.epochMs())
    this.run = new CampaignRun(this.#campaign, this.#world())
    this.run.start()
    return interrupted
  }

  close(): void {
    this.run.pause()
    this.store.close()
    rmSync(this.#folder, { recursive: true })
  }

  #open(): CampaignStore {
    return new CampaignStore(join(this.#folder, 'campaigns.db'), { clock: this.clock, log: silentLog })
  }

  #world(): CampaignWorld {
    const life = this.#life
    const { centre, clock } = this
    return {
      clock,
      log: silentLog,
      store: this.store,
      agents: () => ({ free: this.#rates.agents - centre.busy, busy: centre.busy }),
      timeZone: () => 'UTC',
      mustNotCall: (number) => this.doNotCall.has(number),
      calls: {
        preview: () => ({ refused: 'noSuchQueue', detail: 'not simulated' }),
        dial: ({ number, told }) => {
          const tell = (event: CampaignCallEvent) => {
            if (life === this.#life) told(event)
          }
          const call = centre.dial(number, {
            unanswered: (who) => tell(ended(who === 'busy' ? 'busy' : 'noAnswer')),
            machine() {
              tell({ type: 'answered' })
              tell({ type: 'detected', answeredBy: 'machineBeep' })
              tell(ended())
            },
            person(agent) {
              for (const type of ['answered', 'detected', 'queued'] as const)
                tell(type === 'detected' ? { type, answeredBy: 'human' } : { type })
              // Nobody is free: the flow says so, and hangs up.
              if (!agent) return tell(ended())
              tell({ type: 'offered' })
              tell({ type: 'joined' })
            },
            talkEnded: () => tell(ended()),
          })
          const end = () => {
            call.cancel()
            tell(ended('cancelled'))
          }
          return { contactId: `${number} ${clock.epochMs()}`, end }
        },
      },
    }
  }
}

function ended(unreached?: 'busy' | 'noAnswer' | 'cancelled'): CampaignCallEvent {
  return { type: 'ended', unreached, by: 'other', doNotCall: false }
}

/** Those left, by when they may be called: numbers of one region share their hours. */
class Regions {
  readonly #left = new Map<number, string[]>()

  constructor(list: readonly ListedContact[]) {
    for (const { number } of list) {
      const { from, to } = callableHours(number)
      const region = from * 100 + to
      this.#left.set(region, (this.#left.get(region) ?? []).concat(number))
    }
    for (const numbers of this.#left.values()) numbers.reverse()
  }

  /** The next one who may be called now. */
  next(epochMs: number): string | undefined {
    for (const numbers of this.#left.values()) {
      const last = numbers.at(-1)
      if (last !== undefined && isCallable(last, epochMs)) return numbers.pop()
    }
    return undefined
  }

  get isEmpty(): boolean {
    return [...this.#left.values()].every(({ length }) => length === 0)
  }
}

/** Idle time counts while there is somebody left who may be called. */
export function countWhileCallable(centre: SimulatedCentre, list: readonly ListedContact[]): void {
  const leftIn = new Map<string, number>()
  const regionOf = (number: string) => JSON.stringify(callableHours(number))
  const numberIn = new Map<string, string>()
  for (const { number } of list) {
    leftIn.set(regionOf(number), (leftIn.get(regionOf(number)) ?? 0) + 1)
    numberIn.set(regionOf(number), number)
  }
  let seen = 0
  const every = () => {
    for (; seen < centre.dialled.length; seen++) {
      const region = regionOf(centre.dialled[seen]!.number)
      leftIn.set(region, (leftIn.get(region) ?? 0) - 1)
    }
    const open = [...leftIn].filter(([, left]) => left > 0).map(([region]) => region)
    centre.count(open.some((region) => isCallable(numberIn.get(region) ?? '', centre.clock.epochMs())))
    if (open.length > 0) centre.clock.after(1000, every)
  }
  every()
}

export function runIdeal(rates: Rates, seed: number, list: readonly ListedContact[], ideal: IdealDialler) {
  const clock = new SimClock(startEpochMs)
  const centre = new SimulatedCentre(clock, rates, seed)
  const regions = new Regions(list)
  const dial = () => {
    for (let places = ideal.target(centre.ringing, centre.busy) - centre.ringing; places > 0; places--) {
      const number = regions.next(clock.epochMs())
      if (number === undefined) return
      centre.dial(number, { unanswered: dial, machine: dial, person: dial, talkEnded: dial })
    }
  }
  const every = () => {
    dial()
    if (!regions.isEmpty) clock.after(1000, every)
  }
  every()
  countWhileCallable(centre, list)
  clock.runUntil(() => false)
  return centre
}
