// The box's side of a scenario: audio thread and one line on one device, without flows and agents, so that what is
// measured is the line's.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driverOf } from '../../../daemon/assembly/line-hardware.ts'
import { settingsOf } from '../../../daemon/assembly/lines.ts'
import { SystemClock } from '../../../daemon/clock.ts'
import { linesSchema } from '../../../daemon/config/lines-schema.ts'
import type { Leg, LegEvent } from '../../../daemon/leg/leg.ts'
import { createLineService } from '../../../daemon/line/line-service.ts'
import type { Lines, LineView } from '../../../daemon/line/lines.ts'
import type { ParentLog } from '../../../daemon/log/log.ts'
import type { Audio } from '../../../daemon/loop/audio.ts'
import { createAudio } from '../../../daemon/loop/audio-service.ts'
import { Feed, until } from '../../support/wait.ts'
import type { Scenario } from './scenario.ts'

export const lineName = 'Rig'

export interface Stage {
  audio: Audio
  lines: Lines
  view(): LineView
  /** Inbound, in the order they came. */
  legs: Feed<Leg>
  events: Feed<LegEvent & { atMs: number }>
  /** The call that is under way. */
  leg: Leg | undefined
  take(leg: Leg): void
  /** As a daemon that dies: its lines stay as they are. */
  fallSilent(): Promise<void>
  stop(): Promise<void>
}

/** Resolves when the line is idle. */
export async function startStage({ device, line }: Scenario, devices: string[]): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-rig-run-'))
  const clock = new SystemClock()
  const audio = await createAudio({ rtpPorts: { from: 30_000, to: 30_001 }, log: quiet, onThreadLost: () => {} })
  const [board] = linesSchema.parse({ boards: [boardOf(device, line, devices)] }).boards
  const driver = driverOf(board!, line.country, { runtimeDirectory: folder, clock, log: quiet })
  const lines = createLineService({ lines: settingsOf(board!, driver, line.country), audio, clock, log: quiet })
  const stage: Stage = {
    audio,
    lines,
    view: () => lines.views()[0]!,
    legs: new Feed(),
    events: new Feed(),
    leg: undefined,
    take(leg) {
      stage.leg = leg
      leg.on((event) => stage.events.push({ ...event, atMs: performance.now() }))
    },
    async fallSilent() {
      await lines.stop(new Set([lineName]))
    },
    async stop() {
      await lines.stop()
      await audio.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  lines.onInbound((leg) => {
    stage.take(leg)
    stage.legs.push(leg)
  })
  lines.start()
  return stage
}

/** `false`: its device does not come, or is refused. */
export async function isReady(stage: Stage, withinMs = 15_000): Promise<boolean> {
  const isIdle = () => stage.view().state === 'idle' && stage.view().battery !== 'lost'
  try {
    await until('the line to be idle', isIdle, { withinMs })
    return true
  } catch {
    return false
  }
}

function boardOf(device: Scenario['device'], line: Scenario['line'], [first = '', second = '']: string[]): object {
  const pair = { currentLossMs: line.currentLossMs, polarity: line.polarity }
  const own = { name: lineName, number: '+442079460001', port: 1 }
  const outbound = {}
  switch (device) {
    case 'board':
      return {
        name: 'rig',
        kind: 'fxoBoard',
        device: first,
        hostSilenceS: line.hostSilenceS,
        lines: [{ ...own, ...pair, outbound }],
      }
    case 'modem':
      return { name: 'rig', kind: 'voiceModem', device: first, lines: [{ ...own, ...pair, outbound }] }
    case 'cellular':
      return { name: 'rig', kind: 'cellularModule', device: first, soundDevice: second, lines: [{ ...own, outbound }] }
  }
}

const quiet: ParentLog = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => quiet,
}
