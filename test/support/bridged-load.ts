// Many bridged calls at once through the whole daemon: callers dial a number of the box, its flow queues them, agents'
// phones answer and echo. What is measured is the daemon, all of its threads and processes.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { Daemon } from './daemon.ts'
import { flowDocument } from './flows.ts'
import { freePorts } from './free-ports.ts'
import { wavOf } from './growing-wav.ts'
import { makeTestInstance, type TestAgent, type TestInstance, type TestNumber } from './instance.ts'
import type { MarkedResult } from './marked-calls.ts'
import { type CallersOptions, type LoadResult, runCallers, startEchoingPhones } from './rtpload.ts'
import { runSippCallers, startSippPhones } from './sipp-load.ts'
import { makeTone } from './tones.ts'

export interface BridgedLoadOptions {
  calls: number
  seconds: number
  /** Direct: bridged and nothing else; Recorded: recorded as well; see also `promptNumber`. */
  number?: TestNumber | typeof promptNumber
  /** How fast the calls that are held begin. */
  callsPerSecond?: number
  /** As many agents; absent: one a call. */
  agents?: number
  openLoop?: CallersOptions['openLoop']
  /** Calls last so long, and another begins for each that has ended; absent: they are held. */
  lifeMs?: number
  silent?: boolean
  /** Told once the daemon takes calls. */
  onStarted?: (daemon: Daemon) => void
  /** Awaited when all calls are over, before the daemon is stopped. */
  onOver?: (daemon: Daemon) => Promise<void>
}

export interface BridgedLoad extends LoadResult {
  /** CPU time of the box to that of the echoing phones, a plain C loop: carries over from machine to machine. */
  ratioToPhones: number
  /** What the box has counted, by part, at the end of the calls. */
  counters: Record<string, Record<string, number>>
}

const callerName = 'caller'
const benchNumber: TestNumber = '+442079460003'

/** Answers, and plays a prompt over and over. */
export const promptNumber = '+442079460009'
const promptMs = 10_000
const flowOfNumber = [
  { number: '+442079460001', flow: 'Direct' },
  { number: '+442079460003', flow: 'Direct' },
  { number: '+442079460004', flow: 'Recorded' },
  { number: promptNumber, flow: 'Prompt loop' },
]
const neededFlows = /^(Direct|Recorded|Music|default-.*)\.json$/

/** One account that calls, and agents all of whose phones are at one address; logging as the box does by default. */
async function makeInstance(agents: number, calls: number, phonesPort: number): Promise<TestInstance> {
  const phones = Array.from({ length: agents }, (_, index): TestAgent => {
    return { userName: `agent${index + 1}`, address: `127.0.0.1:${phonesPort}`, srtp: 'off', codecs: ['PCMU'] }
  })
  const caller: TestAgent = { userName: callerName, srtp: 'off', codecs: ['PCMU'], status: 'Offline' }
  // A call that was hung up takes its place for some moments more.
  const capacity = Math.max(calls, agents) + 10
  const instance = await makeTestInstance({
    agents: [caller, ...phones],
    concurrentCalls: capacity,
    rtpPorts: calls * 6 + 64,
    lines: 0,
  })
  const folder = (name: string) => join(instance.directory, name)
  for (const file of readdirSync(folder('flows'))) if (!neededFlows.test(file)) rmSync(folder(`flows/${file}`))
  const loop = { type: 'MessageParticipant', parameters: { PromptId: 'long' }, id: 'Loop', next: 'Loop' }
  writeFileSync(folder('flows/Prompt loop.json'), flowDocument('contactFlow', 'Prompt loop', [loop]))
  writeFileSync(folder('prompts/long.wav'), wavOf(makeTone(400, promptMs, -16)))
  writeFileSync(folder('numbers.yaml'), stringify({ numbers: flowOfNumber.map((one) => ({ ...one, capacity })) }))
  const box: object = parse(readFileSync(folder('box.yaml'), 'utf8'))
  writeFileSync(folder('box.yaml'), stringify({ ...box, log: { level: 'info' } }))
  return instance
}

/** The same with sipp, where there is no generator: counts losses, measures nothing. */
export async function runSippLoad(options: { calls: number; seconds: number }): Promise<MarkedResult> {
  const phonesPort = await freePorts(1)
  const instance = await makeInstance(options.calls, options.calls, phonesPort)
  const phones = startSippPhones(phonesPort, await freePorts(4))
  try {
    const daemon = await Daemon.start({ instance })
    try {
      const result = await runSippCallers({
        ...options,
        box: instance.sipAddress,
        sipPort: await freePorts(1),
        number: benchNumber.slice(1),
        userName: callerName,
        password: instance.passwords.get(callerName)!,
      })
      await daemon.shows('every contact to be over', ({ contacts }) => contacts.length === 0)
      await daemon.stop()
      return result
    } finally {
      await daemon.remove()
    }
  } finally {
    await phones.stop('SIGKILL')
    instance.remove()
  }
}

export async function runBridgedLoad(options: BridgedLoadOptions): Promise<BridgedLoad> {
  const phonesPort = await freePorts(1)
  const instance = await makeInstance(options.agents ?? options.calls, options.calls, phonesPort)
  // The box has 10000 to 32000; the generator takes the 4000 ports from each of these on.
  const uas = startEchoingPhones({ sipPort: phonesPort, rtpBase: 44_000, lifeS: options.seconds + 120 })
  try {
    const daemon = await Daemon.start({ instance })
    try {
      options.onStarted?.(daemon)
      const result = await runCallers({
        box: instance.sipAddress,
        sipPort: await freePorts(1),
        rtpBase: 34_000,
        number: (options.number ?? benchNumber).slice(1),
        userName: callerName,
        password: instance.passwords.get(callerName)!,
        calls: options.calls,
        seconds: options.seconds,
        callsPerSecond: options.callsPerSecond ?? 20,
        ...(options.lifeMs === undefined ? {} : { lifeMs: options.lifeMs }),
        ...(options.openLoop ? { openLoop: options.openLoop } : {}),
        silent: options.silent ?? false,
        boxPids: processesOf(daemon),
        phonesPid: uas.pid,
      })
      const { counters } = await daemon.shows('every contact to be over', ({ contacts }) => contacts.length === 0)
      await options.onOver?.(daemon)
      await daemon.stop()
      return { ...result, ratioToPhones: result.target_cores / result.uas_cores, counters }
    } finally {
      await daemon.remove()
    }
  } finally {
    await uas.stop()
    instance.remove()
  }
}

/** Of the daemon: itself and its drivers. */
export function processesOf({ pid }: Daemon): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children]
}
