// Events of the wire as signals of the line-driver contract.
import type { BatteryState, HookState } from '../line-driver.ts'
import type { TimelessSignal } from '../process/process-messages.ts'
import type { BoardEvent, PortStatus, WireBatteryState, WireCallerId, WireHookState } from './board-messages.ts'

const hookStates: Record<WireHookState, HookState> = { IS_ON_HOOK: 'onHook', IS_OFF_HOOK: 'offHook' }
const batteryStates: Record<WireBatteryState, BatteryState> = {
  BATTERY_UNKNOWN: 'unknown',
  BATTERY_PRESENT: 'present',
  BATTERY_LOST: 'lost',
}

/** Undefined for events that tell nothing of a line. */
export function signalOf(event: BoardEvent): TimelessSignal | undefined {
  const { port } = event
  switch (event.kind) {
    case 'ringStarted':
      return { type: 'ringStarted', port, frequencyHz: event.ringStarted.frequencyMhz / 1000 }
    case 'ringStopped':
      return { type: 'ringStopped', port, durationMs: event.ringStopped.durationMs }
    case 'callerId':
      return callerIdSignal(port, event.callerId)
    case 'batteryChanged':
      return { type: 'batteryChanged', port, battery: batteryStates[event.batteryChanged.battery] }
    case 'polarityReversed':
      return { type: 'polarityReversed', port }
    case 'loopCurrentLost':
      return { type: 'loopCurrentLost', port, durationMs: event.loopCurrentLost.durationMs }
    case 'lineUseChanged':
      return { type: 'lineUseChanged', port, inUse: event.lineUseChanged.inUse }
    case 'hookChanged':
      return { type: 'hookChanged', port, hook: hookStates[event.hookChanged.hook] }
    default:
      return undefined
  }
}

/** The state of a port as found when the session began. */
export function signalsOfStatus(status: PortStatus): TimelessSignal[] {
  const { port } = status
  return [
    { type: 'hookChanged', port, hook: hookStates[status.hook] },
    { type: 'batteryChanged', port, battery: batteryStates[status.battery] },
  ]
}

function callerIdSignal(port: number, id: WireCallerId): TimelessSignal {
  const signal: TimelessSignal = { type: 'callerIdReceived', port }
  if (id.number) signal.number = id.number
  else signal.withheld = id.numberAbsence === 'PRIVATE' ? 'private' : 'unavailable'
  if (id.name) signal.name = id.name
  return signal
}
