// Links that die at random while calls are set up: three carriers with two links each, every link a SIP program of its
// own that is killed and started again, and a telephone line on the simulated board beside. What is asked of the box:
// every call that a live link could take is answered, and answered once.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NumberCalls } from '../../daemon/carrier/number-calls.ts'
import { createOutboundCalls, type OutboundService } from '../../daemon/carrier/outbound-calls.ts'
import { linkSettingsOf, sipLinks } from '../../daemon/carrier/sip-links.ts'
import { SystemClock } from '../../daemon/clock.ts'
import { carriersSchema } from '../../daemon/config/carrier-schema.ts'
import { carriersOf } from '../../daemon/config/carriers.ts'
import { boxSchema } from '../../daemon/config/schema.ts'
import { silentLog } from '../../daemon/log/log.ts'
import { createLocator } from '../../daemon/sip/carrier/locator.ts'
import { createNameService } from '../../daemon/sip/carrier/name-service.ts'
import type { SipEndpoint } from '../../daemon/sip/endpoint.ts'
import { createSipEndpoint } from '../../daemon/sip/sip-endpoint.ts'
import { freePorts } from '../support/free-ports.ts'
import { Program } from '../support/program.ts'
import { SipFakeAudio } from '../support/sip-fake-audio.ts'
import { seededRandom } from '../support/sip-network.ts'
import { ringingCarrier } from '../support/sipp-carrier.ts'
import { until } from '../support/wait.ts'
import { type BoardLine, startBoardLine } from './board-line.ts'

export interface LinkKillOptions {
  seconds: number
  callsPerMinute: number
  /** Between two kills, on average. */
  killEveryMs: number
  seed: number
}

export interface LinkKillResult {
  calls: number
  kills: number
  answered: number
  /** By the simulated line. */
  overLine: number
  /** Not answered by anybody, in words. */
  lost: string[]
  /** Numbers that the links' programs, and the line, say they had answered. */
  answeredThere: number
  /** Those of them that two had answered. */
  doubled: string[]
  movedOn: number
  /** From the call to its answer, with the links' own time of ringing. */
  answerMs: number[]
}

const ours = '+442079460101'
/** Long enough for many a link to die while it rings there. */
const ringMs = 1500
const talkMs = 2000
const downMs = [1000, 3000] as const
const answerWithinMs = 20_000
const carrierNames = ['one', 'two', 'three'] as const
const linkNames = ['north', 'south'] as const

interface Killable {
  readonly isAlive: boolean
  kill(): Promise<void>
  start(): Promise<void>
}

/** One link's SIP program, killed and started again. */
class SippLink implements Killable {
  readonly carrier: string
  readonly link: string
  readonly port: number
  readonly #folder: string
  #program: Program | undefined
  #starts = 0

  constructor(carrier: string, link: string, port: number, folder: string) {
    this.carrier = carrier
    this.link = link
    this.port = port
    this.#folder = folder
  }

  get isAlive(): boolean {
    return this.#program !== undefined
  }

  async start(): Promise<void> {
    const heard = join(this.#folder, `${this.carrier}-${this.link}-${this.#starts++}.log`)
    this.#program = new Program(`sipp as ${this.carrier}/${this.link}`, 'sipp', [
      ...['-sf', join(this.#folder, 'carrier.xml'), '-i', '127.0.0.1', '-p', String(this.port), '-nostdin'],
      ...['-trace_msg', '-message_file', heard, '-message_overwrite', 'false'],
    ])
  }

  async kill(): Promise<void> {
    const program = this.#program
    this.#program = undefined
    program?.kill()
    await program?.exited
  }
}

export async function runLinkKill(options: LinkKillOptions): Promise<LinkKillResult> {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-links-'))
  writeFileSync(join(folder, 'carrier.xml'), ringingCarrier(ringMs))
  const links: SippLink[] = []
  for (const carrier of carrierNames)
    for (const link of linkNames) links.push(new SippLink(carrier, link, await freePorts(), folder))
  const clock = new SystemClock()
  const calls = Math.ceil((options.seconds * options.callsPerMinute) / 60) + 1
  const line = await startBoardLine(
    clock,
    Array.from({ length: calls }, (_, call) => numberOf(call)),
    ringMs,
  )
  for (const link of links) await link.start()
  const { endpoint, outbound } = await desk(links, line, clock)
  try {
    await until('every link to be up', () => endpoint.links().every(({ state }) => state === 'up'), {
      withinMs: 15_000,
    })
    const run = new Run(options, [...links, line], outbound, clock)
    await run.over
    const answers = answersIn(folder, line)
    const doubled = [...answers].filter(([, times]) => times > 1).map(([number]) => number)
    const movedOn = outbound.counters().movedOn ?? 0
    return { ...run.result, overLine: line.answered().length, movedOn, answeredThere: answers.size, doubled }
  } finally {
    await endpoint.stop()
    await Promise.all(links.map((link) => link.kill()))
    await line.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function desk(
  links: readonly SippLink[],
  line: BoardLine,
  clock: SystemClock,
): Promise<{ endpoint: SipEndpoint; outbound: OutboundService }> {
  const declared = carriersSchema.parse({
    carriers: carrierNames.map((name) => ({
      name,
      links: links
        .filter(({ carrier }) => carrier === name)
        .map(({ link, port }, at) => ({
          ...{ name: link, host: '127.0.0.1', port, order: at + 1 },
          ...{ optionsIntervalS: 1, noResponseS: 1 },
        })),
    })),
    outbound: { concurrentCalls: 2000, callsPerHour: 100_000, minutesPerHour: 100_000 },
  })
  const carriers = carriersOf(declared, { byPlace: new Map(), faults: [] })
  const names = createNameService({ nowMs: () => clock.monotonicMs(), ipv4: true, ipv6: false })
  const endpoint = createSipEndpoint({
    address: '127.0.0.1',
    port: 0,
    realm: 'box',
    accounts: [],
    links: linkSettingsOf(carriers, 'GB'),
    locator: createLocator(names, Math.random),
    audio: new SipFakeAudio(),
    clock,
    log: silentLog,
  })
  const outbound = createOutboundCalls({
    instance: {
      box: boxSchema.parse({ instance: { name: 'Soak', country: 'GB', timeZone: 'UTC' } }),
      numbers: new Map([[ours, { number: ours }]]),
      agents: new Map(),
      carriers,
    },
    links: () => [...sipLinks(carriers, 'GB', endpoint), ...line.links],
    clock,
    numberCalls: new NumberCalls(),
    log: silentLog,
  })
  endpoint.onLinkChange(({ carrier, link, state, reason }) => {
    if (state === 'down' && reason !== '503') outbound.linkLost({ carrier, link })
  })
  await endpoint.start()
  return { endpoint, outbound }
}

/** The calls and the kills, until the time is over and every call has an end. */
class Run {
  readonly result = { calls: 0, kills: 0, answered: 0, lost: [] as string[], answerMs: [] as number[] }
  readonly over: Promise<void>
  readonly #of: LinkKillOptions
  readonly #links: readonly Killable[]
  readonly #outbound: OutboundService
  readonly #clock: SystemClock
  readonly #random: () => number
  readonly #work: Promise<unknown>[] = []

  constructor(of: LinkKillOptions, links: readonly Killable[], outbound: OutboundService, clock: SystemClock) {
    this.#of = of
    this.#links = links
    this.#outbound = outbound
    this.#clock = clock
    this.#random = seededRandom(of.seed)
    this.over = this.#run()
  }

  async #run(): Promise<void> {
    const endMs = this.#clock.monotonicMs() + this.#of.seconds * 1000
    const gapMs = 60_000 / this.#of.callsPerMinute
    await Promise.all([
      this.#until(
        endMs,
        () => gapMs,
        () => this.#call(),
      ),
      this.#until(
        endMs,
        () => this.#of.killEveryMs * (0.5 + this.#random()),
        () => this.#kill(),
      ),
    ])
    await Promise.all(this.#work)
  }

  async #until(endMs: number, pauseMs: () => number, act: () => void): Promise<void> {
    while (this.#clock.monotonicMs() < endMs) {
      act()
      await this.#pause(pauseMs())
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve))
  }

  /** Never the last one: a box without any link can't be blamed. */
  #kill(): void {
    const alive = this.#links.filter(({ isAlive }) => isAlive)
    if (alive.length < 2) return
    const victim = alive[Math.floor(this.#random() * alive.length)]!
    this.result.kills++
    const [shortest, longest] = downMs
    this.#work.push(
      victim
        .kill()
        .then(() => this.#pause(shortest + this.#random() * (longest - shortest)))
        .then(() => victim.start()),
    )
  }

  #call(): void {
    const number = numberOf(this.result.calls++)
    const beganMs = this.#clock.monotonicMs()
    const placed = this.#outbound.call({ number, callerId: {}, from: { kind: 'flow', contactId: number } })
    if ('refused' in placed) {
      this.result.lost.push(`${number}: ${placed.detail}`)
      return
    }
    const { leg } = placed
    const { promise, resolve } = Promise.withResolvers<void>()
    let answered = false
    const late = this.#clock.after(answerWithinMs, () => {
      this.result.lost.push(`${number}: nobody answered in ${answerWithinMs} ms, ${leg.describe()}`)
      resolve()
    })
    leg.on((event) => {
      if (event.type === 'answered') {
        late.cancel()
        answered = true
        this.result.answered++
        this.result.answerMs.push(this.#clock.monotonicMs() - beganMs)
        // Its end may be told to a link that is no more: that is not waited for.
        this.#clock.after(talkMs, () => {
          void leg.hangUp()
          resolve()
        })
      }
      if (event.type === 'ended' && !answered) {
        late.cancel()
        this.result.lost.push(`${number}: ${event.end.reason}`)
        resolve()
      }
    })
    this.#work.push(promise)
  }
}

const numberOf = (call: number): string => `+44207947${String(call).padStart(4, '0')}`

/** How often each number was answered: by the line, and by the ACKs to their 200 that the links' programs heard. */
function answersIn(folder: string, line: BoardLine): Map<string, number> {
  const seen = new Map<string, number>()
  const count = (number: string) => void seen.set(number, (seen.get(number) ?? 0) + 1)
  for (const number of line.answered()) count(number)
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
    const heard = readFileSync(join(folder, file), 'utf8')
    for (const number of new Set([...heard.matchAll(acknowledgement)].map(([, to = '']) => to))) count(number)
  }
  return seen
}

const acknowledgement = /^ACK [^\n]*\n(?:[^\n]*\S[^\n]*\n)*?To:[^\n]*sip:(\+\d+)@/gm
