// The rows of scripts/bench: what each measures, how often, and which figures come of it.
import { type BridgedLoad, promptNumber, runBridgedLoad } from '../support/bridged-load.ts'
import { runAudioCalls } from './audio-calls.ts'
import { bars, type Figure } from './figures.ts'
import { runOpusCalls } from './opus-run.ts'

export interface BenchOptions {
  seconds: number
  /** Runs of each, of which the median is told. */
  repeat: number
  /** Numbers of calls; absent: those of the row. */
  calls: number[] | undefined
  /** Each run as it was, for the JSON. */
  onRun: (row: string, run: object) => void
}

interface Measure {
  /** By the load generator, which may be absent. */
  needsGenerator: boolean
  what: string
  measure(bench: Bench): AsyncGenerator<Figure>
}

/** Others took more than this of the machine: the run is repeated once, and the quieter of the two counts. */
const noisyCores = 0.25
const recordedNumber = '+442079460004'

export class Bench {
  readonly options: BenchOptions
  readonly #bridged = new Map<number, BridgedLoad>()

  constructor(options: BenchOptions) {
    this.options = options
  }

  calls(usual: number[]): number[] {
    return this.options.calls ?? usual
  }

  /** Bridged and plain: also what other rows are compared with, so it is run once for all. */
  async bridged(calls: number): Promise<BridgedLoad> {
    const known = this.#bridged.get(calls)
    if (known) return known
    const run = await this.load('bridged', { calls })
    this.#bridged.set(calls, run)
    return run
  }

  async load(row: string, load: Omit<Parameters<typeof runBridgedLoad>[0], 'seconds'>): Promise<BridgedLoad> {
    const { seconds, repeat } = this.options
    const once = async () => {
      const run = await runBridgedLoad({ seconds, ...load })
      this.options.onRun(row, run)
      return run
    }
    const runs: BridgedLoad[] = []
    for (let n = 0; n < repeat; n++) {
      const run = await once()
      const again = noiseOf(run) > noisyCores ? await once() : run
      runs.push(noiseOf(again) < noiseOf(run) ? again : run)
    }
    return middle(runs, (run) => run.target_cores / Math.max(run.uas_cores, 1e-6))
  }
}

export const measures: Record<string, Measure> = {
  bridged: {
    needsGenerator: true,
    what: 'calls bridged to echoing phones: 50, 100, 200',
    async *measure(bench) {
      for (const calls of bench.calls([50, 100, 200])) {
        const run = await bench.bridged(calls)
        const of = figuresOf('bridged', calls)
        yield of('CPU to that of the phones', run.ratioToPhones, 'x', bars.bridgedRatio)
        yield of('CPU a call-minute', run.cpu_s_per_call_min, 's')
        yield of('calls that failed', calls - run.answered, '', 0)
        yield of('audio lost', run.mark_loss_pct, '%', bars.lossPercent)
        yield of('forwarded after, p99', run.fwd_ms?.p99, 'ms', bars.forwardingMs(calls))
        yield of('lateness, p99.9', run.late_ms?.p999, 'ms', bars.latenessMs(calls))
        yield of('cores that others took', run.noise_cores, '')
      }
    },
  },
  prompts: {
    needsGenerator: true,
    what: 'calls that hear a prompt over and over: 50, 100, 200',
    async *measure(bench) {
      for (const calls of bench.calls([50, 100, 200])) {
        const phones = await bench.bridged(calls)
        const run = await bench.load('prompts', { calls, agents: 1, number: promptNumber })
        const of = figuresOf('prompts', calls)
        yield of('CPU to that of the phones when bridged', run.target_cores / phones.uas_cores, 'x', bars.promptsRatio)
        yield of('CPU a call-minute', run.cpu_s_per_call_min, 's')
        yield of('calls that failed', calls - run.answered, '', 0)
        yield of('packets lost', run.seq_loss_pct, '%', bars.lossPercent)
        yield of('slip a call-minute', run.slip_ms_per_call_min, 'ms', bars.slipMsPerMinute)
      }
    },
  },
  recorded: {
    needsGenerator: true,
    what: 'bridged and recorded: 50, 100',
    async *measure(bench) {
      for (const calls of bench.calls([50, 100])) {
        const plain = await bench.bridged(calls)
        const run = await bench.load('recorded', { calls, number: recordedNumber })
        const of = figuresOf('recorded', calls)
        const ratio = run.cpu_s_per_call_min / plain.cpu_s_per_call_min
        yield of('CPU to that of bridged calls', ratio, 'x', bars.recordedToPlain)
        yield of('CPU a call-minute', run.cpu_s_per_call_min, 's')
        yield of('calls that failed', calls - run.answered, '', 0)
        yield of('audio lost', run.mark_loss_pct, '%', bars.lossPercent)
      }
    },
  },
  srtp: {
    needsGenerator: false,
    what: 'audio service alone: bridged, SRTP on one side, against plain: 50',
    async *measure(bench) {
      const durationMs = bench.options.seconds * 1000
      for (const calls of bench.calls([50])) {
        const ratios: number[] = []
        let lost = 0
        // In turns, so that what else the machine does meets both alike.
        for (let n = 0; n < bench.options.repeat; n++) {
          const plain = await runAudioCalls({ calls, durationMs, srtp: 'none' })
          const srtp = await runAudioCalls({ calls, durationMs, srtp: 'one' })
          bench.options.onRun('srtp', { calls, plain: plain.result, srtp: srtp.result })
          lost += plain.result.lost + srtp.result.lost
          ratios.push(srtp.cpuSecondsPerCallMinute / plain.cpuSecondsPerCallMinute)
        }
        const of = figuresOf('srtp', calls)
        const ratio = middle(ratios, (one) => one)
        yield of('CPU to that of plain RTP', ratio, 'x', bars.srtpToPlain)
        yield of('packets lost', lost, '', 0)
      }
    },
  },
  opus: {
    needsGenerator: false,
    what: 'audio service alone: Opus to G.711: 60',
    async *measure(bench) {
      for (const calls of bench.calls([60])) {
        const run = await runOpusCalls(calls, bench.options.seconds * 1000)
        bench.options.onRun('opus', run)
        const of = figuresOf('opus', calls)
        yield of('CPU a call-minute', run.cpuSecondsPerCallMinute, 's', bars.opusCpuSeconds)
        yield of('packets lost', run.lost, '', 0)
      }
    },
  },
  memory: {
    needsGenerator: true,
    what: 'memory of all processes of the daemon, bridged: 200',
    async *measure(bench) {
      for (const calls of bench.calls([200])) {
        const run = await bench.bridged(calls)
        yield figuresOf('memory', calls)('resident at most', run.rss_peak_kb / 1024, 'MB', bars.megabytes)
      }
    },
  },
  many: {
    needsGenerator: true,
    what: 'calls that hear a prompt, then bridged ones: 500',
    async *measure(bench) {
      for (const calls of bench.calls([500])) {
        const of = figuresOf('many', calls)
        const prompts = await bench.load('many', { calls, agents: 1, number: promptNumber, callsPerSecond: 40 })
        yield of('prompts: calls that failed', calls - prompts.answered, '', 0)
        yield of('prompts: packets lost', prompts.seq_loss_pct, '%', bars.lossPercentOfMany)
        yield of('prompts: cores', prompts.target_cores, '')
        const bridged = await bench.load('many', { calls, callsPerSecond: 40 })
        yield of('bridged: calls that failed', calls - bridged.answered, '', 0)
        yield of('bridged: audio lost', bridged.mark_loss_pct, '%', bars.lossPercentOfMany)
        yield of('bridged: cores', bridged.target_cores, '')
      }
    },
  },
  setup: {
    needsGenerator: true,
    what: 'calls set up and hung up after a second: 50 and 150 a second bridged, 300 answered by the box',
    async *measure(bench) {
      for (const [callsPerSecond, kind] of [
        [50, 'bridged'],
        [150, 'bridged'],
        [300, 'unbridged'],
      ] as const) {
        const run = await bench.load('setup', {
          calls: callsPerSecond * 4,
          agents: kind === 'bridged' ? callsPerSecond * 3 : 1,
          ...(kind === 'bridged' ? {} : { number: promptNumber }),
          openLoop: { callsPerSecond, lifeMs: 1000 },
          silent: true,
        })
        const of = figuresOf('setup', callsPerSecond)
        yield of(`${kind}, a second: calls that failed`, run.failed, '', 0)
        const p99AtMost = callsPerSecond === 50 ? bars.setupP99Ms : undefined
        yield of(`${kind}, a second: INVITE to 200, p99`, run.setup_ms?.p99, 'ms', p99AtMost)
        yield of(`${kind}, a second: CPU a call`, run.cpu_ms_per_setup, 'ms', bars.setupCpuMs[kind])
      }
    },
  },
}

function figuresOf(row: string, calls: number) {
  return (measure: string, value: number | undefined, unit: string, atMost?: number): Figure => ({
    row,
    calls,
    measure,
    value,
    unit,
    atMost,
  })
}

/** What the hypervisor takes away disturbs twice: it comes in long pieces. */
function noiseOf(run: BridgedLoad): number {
  return run.noise_cores + 2 * run.steal_cores
}

function middle<T>(runs: readonly T[], by: (run: T) => number): T {
  return [...runs].sort((one, other) => by(one) - by(other))[Math.floor(runs.length / 2)]!
}
