// All campaigns of the instance: which of them run, as commands say and as it was before a restart.
//
//   created ─start─▶ running ⇄ paused      running, paused ─stop─▶ stopped ─start─▶ running
import type { Campaign } from '../config/campaigns-schema.ts'
import { CampaignRun } from './campaign-run.ts'
import type { AttemptRow, CampaignFigures, CampaignState } from './campaign-store.ts'
import type { CampaignWorld } from './campaign-world.ts'
import type { ListedContact } from './contact-list.ts'

export interface CampaignView extends CampaignFigures {
  name: string
  mode: Campaign['mode']
  queue?: string
  state: CampaignState
  /** Of the people who answered: 0 to 1. */
  abandonRate: number
  abandonLimit: number
  /** Why nobody is called just now, though it runs. */
  held?: string
  /** ISO 8601: when the next contact's time comes. */
  nextDue?: string
}

export type Switch = 'start' | 'pause' | 'stop'

const stateAfter: Readonly<Record<Switch, CampaignState>> = { start: 'running', pause: 'paused', stop: 'stopped' }
/** More contacts of one campaign are refused. */
export const mostContacts = 1_000_000

export class Campaigns {
  readonly #world: CampaignWorld
  readonly #runs = new Map<string, CampaignRun>()
  #campaigns: ReadonlyMap<string, Campaign>

  /** Calls of the last run that were not over are closed: before anybody can be called. */
  constructor(campaigns: ReadonlyMap<string, Campaign>, world: CampaignWorld) {
    this.#campaigns = campaigns
    this.#world = world
    const { store, clock, log } = world
    const interrupted = store.closeInterrupted(clock.epochMs())
    if (interrupted > 0)
      log.warn({ contacts: interrupted }, 'calls of campaigns were interrupted; nobody is called twice')
  }

  /** Campaigns that ran when the daemon stopped run on. Once, when calls are taken. */
  resume(): void {
    const { store } = this.#world
    for (const name of this.#campaigns.keys()) if (store.state(name) === 'running') this.#run(name)?.start()
  }

  /** A campaign that is gone from the files calls nobody more; what is known of it stays. */
  reconfigure(campaigns: ReadonlyMap<string, Campaign>): void {
    this.#campaigns = campaigns
    for (const [name, run] of this.#runs) {
      const campaign = campaigns.get(name)
      if (campaign) run.reconfigure(campaign)
      else {
        run.pause()
        if (run.calling === 0) this.#runs.delete(name)
      }
    }
    for (const name of campaigns.keys()) if (this.#world.store.state(name) === 'running') this.#run(name)?.start()
  }

  /** Agents are free, or gone. */
  look(): void {
    for (const run of this.#runs.values()) run.look()
  }

  /** Nobody more is called; calls that go on are still followed. */
  close(): void {
    for (const run of this.#runs.values()) run.pause()
  }

  views(): CampaignView[] {
    return [...this.#campaigns.values()].map((campaign) => this.#view(campaign))
  }

  /** Undefined: there is none of that name. */
  view(name: string): CampaignView | undefined {
    const campaign = this.#campaigns.get(name)
    return campaign && this.#view(campaign)
  }

  /** False: there is none of that name. */
  switch(name: string, to: Switch): boolean {
    const run = this.#run(name)
    if (!run) return false
    this.#world.store.setState(name, stateAfter[to])
    this.#world.log.info({ campaign: name, state: stateAfter[to] }, 'campaign switched')
    run[to]()
    return true
  }

  /** How many were new. `tooMany`: none was taken. Undefined: there is no such campaign. */
  add(name: string, contacts: readonly ListedContact[]): { added: number } | 'tooMany' | undefined {
    if (!this.#campaigns.has(name)) return undefined
    const { store, clock } = this.#world
    const { waiting, calling, done } = store.figures(name)
    if (waiting + calling + done + contacts.length > mostContacts) return 'tooMany'
    const added = store.add(name, contacts, clock.epochMs())
    this.#runs.get(name)?.look()
    return { added }
  }

  /** Newest first. Undefined: there is no such campaign. */
  attempts(name: string, limit: number): AttemptRow[] | undefined {
    return this.#campaigns.has(name) ? this.#world.store.attempts(name, limit) : undefined
  }

  counters(): Record<string, number> {
    const calling = [...this.#runs.values()].reduce((sum, run) => sum + run.calling, 0)
    return { campaigns: this.#campaigns.size, callsNow: calling }
  }

  #run(name: string): CampaignRun | undefined {
    const campaign = this.#campaigns.get(name)
    if (!campaign) return undefined
    let run = this.#runs.get(name)
    if (!run) {
      run = new CampaignRun(campaign, this.#world)
      this.#runs.set(name, run)
    }
    return run
  }

  #view({ name, mode, queue, abandon }: Campaign): CampaignView {
    const { store } = this.#world
    const figures = store.figures(name)
    const held = this.#runs.get(name)?.held
    const dueMs = store.nextDueMs(name)
    return {
      name,
      mode,
      ...(queue !== undefined && { queue }),
      state: store.state(name),
      ...figures,
      abandonRate: figures.live === 0 ? 0 : figures.abandoned / figures.live,
      abandonLimit: abandon.limitPercent / 100,
      ...(held !== undefined && { held }),
      ...(dueMs !== undefined && { nextDue: new Date(dueMs).toISOString() }),
    }
  }
}
