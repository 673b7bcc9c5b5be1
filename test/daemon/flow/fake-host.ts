// A contact without a telephone: what a flow does to it is written down, what the caller does comes from a script.
import type {
  Channel,
  Collected,
  CollectOptions,
  DigitBuffer,
  EventHook,
  FlowContact,
  FlowHost,
  FlowLogEntry,
  FlowRan,
  FlowVoice,
  Participant,
  RecordingBehavior,
  Speech,
} from '../../../daemon/flow/host.ts'

export class FakeParticipant implements Participant {
  /** All that was heard, in order: texts as they are, prompts in angle brackets. */
  readonly heard: string[] = []
  readonly asked: CollectOptions[] = []
  readonly interrupts: (number | undefined)[] = []
  /** Answers to come; when none is left nothing is pressed. */
  answers: Collected[] = []
  /** Set where digits may be typed ahead. */
  digitBuffer?: DigitBuffer
  /** Set to let the next play fail. */
  fault: unknown
  /** Set to let plays wait until the run is aborted. */
  endless = false

  async play(speech: Speech[], signal: AbortSignal): Promise<void> {
    if (this.fault !== undefined) throw this.fault
    for (const one of speech) this.heard.push(one.kind === 'text' ? one.text : `<${one.promptId}>`)
    if (this.endless) await aborted(signal)
  }

  async playRepeatedly(speech: Speech[], interruptAfterMs: number | undefined, signal: AbortSignal): Promise<void> {
    await this.play(speech, signal)
    this.interrupts.push(interruptAfterMs)
    if (interruptAfterMs === undefined) await aborted(signal)
  }

  async collect(options: CollectOptions, signal: AbortSignal): Promise<Collected> {
    await this.play(options.prompt, signal)
    this.asked.push(options)
    return this.answers.shift() ?? { outcome: 'timeout' }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

export class FakeHost implements FlowHost {
  participant: FakeParticipant | undefined = new FakeParticipant()
  readonly attributes: Record<string, string> = {}
  readonly logged: FlowLogEntry[] = []
  /** `main began`, `main DROPPED`: flows and modules in the order they began and ended. */
  readonly ran: string[] = []
  readonly voiceChanges: Partial<FlowVoice>[] = []
  readonly recordings: Partial<RecordingBehavior>[] = []
  readonly hooks: [EventHook, string | undefined][] = []
  readonly hoursAsked: (string | undefined)[] = []
  flowLogging = false
  channel: Channel = 'VOICE'
  queueId: string | undefined
  open: boolean | undefined = true
  room: 'queued' | 'atCapacity' | 'noQueue' = 'queued'
  attributesFit = true
  knownQueues = ['q-support', 'q-sales']

  flowRan(told: FlowRan): void {
    this.ran.push(`${told.flow} ${told.what === 'started' ? 'began' : told.outcome}`)
  }

  get contact(): FlowContact {
    const contact: FlowContact = {
      contactId: 'contact-1',
      initialContactId: 'contact-0',
      channel: this.channel,
      initiationMethod: 'INBOUND',
      customerEndpoint: { address: '+442079460000', type: 'TELEPHONE_NUMBER', displayName: 'Ada' },
      systemEndpoint: { address: '+442079460101', type: 'TELEPHONE_NUMBER' },
      instanceArn: 'arn:aws:connect:local:1:instance/i',
      awsRegion: 'local',
      attributes: this.attributes,
      voice: { voiceId: 'Amy', engine: 'standard', style: 'None', languageCode: 'en-GB' },
      flowLogging: this.flowLogging,
    }
    if (this.queueId === undefined) return contact
    return {
      ...contact,
      queue: { id: this.queueId, name: `name of ${this.queueId}`, arn: `arn:queue/${this.queueId}` },
    }
  }

  setAttributes(changes: Record<string, string>): boolean {
    if (this.attributesFit) Object.assign(this.attributes, changes)
    return this.attributesFit
  }

  setVoice(change: Partial<FlowVoice>): void {
    this.voiceChanges.push(change)
  }

  setFlowLogging(enabled: boolean): void {
    this.flowLogging = enabled
  }

  setRecording(behavior: Partial<RecordingBehavior>): void {
    this.recordings.push(behavior)
  }

  setTargetQueue(queueId: string): boolean {
    if (!this.knownQueues.includes(queueId)) return false
    this.queueId = queueId
    return true
  }

  setEventHook(hook: EventHook, flowId: string | undefined): boolean {
    this.hooks.push([hook, flowId])
    return true
  }

  isOpen(hoursId: string | undefined): boolean | undefined {
    this.hoursAsked.push(hoursId)
    return this.open
  }

  enqueue(): 'queued' | 'atCapacity' | 'noQueue' {
    return this.room
  }

  log(entry: FlowLogEntry): void {
    this.logged.push(entry)
  }
}
