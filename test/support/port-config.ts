// What a board is told of a port, usually.
import type { PortConfig } from '../../drivers/fxo/board-messages.ts'

export const usualPortConfig: PortConfig = {
  port: 1,
  currentLossMs: 250,
  ringOnMs: 100,
  ringOffMs: 200,
  ringLowestHz: 15,
  ringHighestHz: 68,
  onHookAudioMs: 0,
  acTermination: 'AC_AS_BUILT',
  limitsCurrent: false,
  receiveGainDb10: 0,
  transmitGainDb10: 0,
}
