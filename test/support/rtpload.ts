// The load generator beside the repository (../shared/bench), where there is one: callers that mark their audio, and an
// answering side that echoes it, so that a loss anywhere on the way shows.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Program } from './program.ts'

const root = resolve(import.meta.dirname, '../..')
const source = resolve(root, '../shared/bench/rtpload.c')

export const rtploadPresent = existsSync(source)

/** Figures of a run, as the generator prints them (those that are used here). */
export interface LoadResult {
  n: number
  window_s: number
  answered: number
  failed: number
  remote_bye: number
  call_min: number
  rx_rate_pct: number
  mark_loss_pct: number
  seq_lost: number
  seq_loss_pct: number
  /** How far streams fall behind their own clock for good, ms a call-minute. */
  slip_ms_per_call_min: number
  cpu_s_per_call_min: number
  /** CPU of the box for each call set up and hung up within the window. */
  cpu_ms_per_setup?: number
  target_cores: number
  uas_cores: number
  self_cores: number
  noise_cores: number
  steal_cores: number
  rss_peak_kb: number
  setup_ms: { p50: number; p99: number } | null
  late_ms: { p50: number; p99: number; p999: number } | null
  fwd_ms: { p50: number; p99: number } | null
  loop_ms: { p50: number; p99: number } | null
}

/** Compiles the generator when it is newer than what was compiled before. */
function binary(): string {
  const target = join(root, '.cordboard', 'rtpload')
  mkdirSync(join(root, '.cordboard'), { recursive: true })
  if (!existsSync(target) || statSync(target).mtimeMs < statSync(source).mtimeMs)
    execFileSync('cc', ['-O2', '-o', target, source, '-lm'])
  return target
}

/** The side that answers every call at once and echoes its audio. Ends by itself after `lifeS` at the latest. */
export function startEchoingPhones(options: { sipPort: number; rtpBase: number; lifeS: number }): Program {
  const listen = ['-l', `127.0.0.1:${options.sipPort}`, '-R', String(options.rtpBase), '-T', String(options.lifeS)]
  return new Program('the echoing phones', binary(), ['uas', ...listen])
}

export interface CallersOptions {
  box: string
  sipPort: number
  rtpBase: number
  number: string
  userName: string
  password: string
  calls: number
  seconds: number
  callsPerSecond: number
  /** Instead of holding the calls: so many are begun a second, each lasts so long; `calls` bounds them. */
  openLoop?: { callsPerSecond: number; lifeMs: number }
  /** Calls last so long, and another begins for each that has ended. */
  lifeMs?: number
  /** Whether the callers send audio. */
  silent?: boolean
  /** Processes whose CPU time is accounted to the box, and to the phones. */
  boxPids: number[]
  phonesPid: number
}

/** Holds so many calls for so long; resolves when all have hung up. Rejects when the generator fails. */
export async function runCallers(options: CallersOptions): Promise<LoadResult> {
  const program = new Program('the callers', binary(), [
    'uac',
    ...['-t', options.box, '-e', options.number, '-n', String(options.calls), '-d', String(options.seconds)],
    ...['-r', String(options.callsPerSecond), '-l', `127.0.0.1:${options.sipPort}`, '-R', String(options.rtpBase)],
    ...['-u', options.userName, '-w', options.password],
    ...(options.openLoop ? ['-c', String(options.openLoop.callsPerSecond), '-L', String(options.openLoop.lifeMs)] : []),
    ...(options.lifeMs === undefined ? [] : ['-L', String(options.lifeMs)]),
    ...(options.silent ? ['-m', 'none'] : []),
    ...['-p', options.boxPids.join(','), '-x', String(options.phonesPid)],
  ])
  const exit = await program.exited
  const line = program.output.split('\n').find((text) => text.startsWith('{'))
  // 3: calls have failed, which the figures tell.
  if ((exit.code !== 0 && exit.code !== 3) || line === undefined)
    throw new Error(`${JSON.stringify(exit)}: ${program.tail()}`)
  return JSON.parse(line) as LoadResult
}
