// One call of a campaign while it goes on: where it stands for the pace, whether somebody was left without an agent, and
// its story, from which the outcome follows.
import type { Timer } from '../clock.ts'
import type { Campaign } from '../config/campaigns-schema.ts'
import type { CampaignCallBegun } from '../contact/campaign-operations.ts'
import type { CampaignCallEvent } from '../contact/campaign-side.ts'
import type { CampaignWorld } from './campaign-world.ts'
import type { CallStory } from './outcomes.ts'
import type { PaceInput } from './pacing.ts'

type Begun = Exclude<CampaignCallBegun, { refused: string }>

export class CalledContact {
  readonly attempt: number
  readonly story: CallStory
  /** `waiting` wants an agent; `other` will not, or has one. */
  phase: 'undecided' | 'waiting' | 'other' = 'undecided'
  readonly #campaign: Campaign
  readonly #world: Pick<CampaignWorld, 'clock' | 'store'>
  readonly #on: { pace(input: PaceInput): void; ended(): void }
  #begun: Begun | undefined
  #patience: Timer | undefined

  constructor(
    campaign: Campaign,
    world: Pick<CampaignWorld, 'clock' | 'store'>,
    attempt: number,
    on: { pace(input: PaceInput): void; ended(): void },
  ) {
    this.#campaign = campaign
    this.#world = world
    this.attempt = attempt
    this.#on = on
    this.story = {
      mode: campaign.mode,
      joined: false,
      answered: false,
      answeredBy: undefined,
      abandoned: false,
      live: false,
      unreached: undefined,
      doNotCall: false,
      taken: false,
    }
  }

  placed(begun: Begun): void {
    this.#begun = begun
  }

  get contactId(): string | undefined {
    return this.#begun?.contactId
  }

  /** Unless somebody has answered. */
  cancel(): void {
    if (!this.story.answered) this.#begun?.end('campaignStopped')
  }

  readonly told = (event: CampaignCallEvent): void => {
    const { story } = this
    switch (event.type) {
      case 'taken':
        story.taken = true
        break
      case 'answered':
        story.answered = true
        if (!this.#campaign.detection) this.#wantsAgent()
        break
      case 'detected':
        story.answeredBy = event.answeredBy
        if (event.answeredBy === 'human') this.#wantsAgent()
        else if (event.answeredBy !== 'silence' && event.answeredBy !== 'unsure') this.#settle('settled')
        break
      case 'queued':
        // A flow that sends to the queue who could not be told apart takes them for a person.
        if (story.answered) this.#wantsAgent()
        if (story.live && !story.joined) this.phase = 'waiting'
        break
      case 'offered':
        if (story.answered) this.phase = 'other'
        break
      case 'joined':
        this.#patience?.cancel()
        story.joined = true
        this.#settle('settled')
        break
      case 'ended':
        this.#ended(event)
        break
    }
  }

  /** Somebody is there who must not be left alone: agents called a customer themselves, or a flow wants nobody, are not so. */
  #wantsAgent(): void {
    const { story } = this
    const { mode, abandon } = this.#campaign
    if (story.live || mode === 'preview' || mode === 'agentless') return
    story.live = true
    this.#settle('live')
    this.phase = 'waiting'
    this.#patience = this.#world.clock.after(abandon.afterS * 1000, () => this.#abandoned())
  }

  #abandoned(): void {
    if (this.story.abandoned) return
    this.story.abandoned = true
    this.#world.store.abandoned(this.attempt)
    this.#on.pace('abandoned')
  }

  #settle(input: 'live' | 'settled'): void {
    if (this.phase === 'undecided') this.#on.pace(input)
    this.phase = 'other'
  }

  #ended({ unreached, doNotCall }: Extract<CampaignCallEvent, { type: 'ended' }>): void {
    const { story } = this
    this.#patience?.cancel()
    story.unreached = unreached
    story.doNotCall = doNotCall
    if (story.live && !story.joined) this.#abandoned()
    if (story.joined) this.#on.pace('freed')
    this.#settle('settled')
    this.#on.ended()
  }
}
