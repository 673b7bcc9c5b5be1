// The driver's own process: owns one serial device and its PCM memory, and nothing else. It lives and dies with the
// daemon. Told to stop, it releases every line first, unless they are kept for the daemon that starts next.
//
// Systemd signals the whole control group at a stop, while the daemon still drains calls: so SIGTERM is not for us.
import { mapSharedMemory } from '../native/shared-memory.ts'
import { raiseThreadPriority } from '../native/thread-priority.ts'
import { type PcmPath, pcmFileBytes, pcmPath } from '../pcm-ring.ts'
import type { DeviceHost, DeviceHostListener } from './device-host.ts'
import type { Begin, FromProcess, ToProcess } from './process-messages.ts'

/** Also the sign of life: process-driver.ts ends a process that is silent for 5 s. */
const countersMs = 1000

/** `pcm`: the rings of each port, mapped for the life of the process. */
export type MakeHost<Settings> = (
  begin: Begin<Settings>,
  pcm: Map<number, PcmPath>,
  listener: DeviceHostListener,
) => DeviceHost

/** The whole program of a driver's process. */
export function runDriverProcess<Settings>(makeHost: MakeHost<Settings>): void {
  // With the threads that read and write the device, which are made at the first use: a device's sound must not wait
  // for ordinary work either. The audio thread, at 10, goes before.
  const priorityRefused = raiseThreadPriority({ realtime: 9, nice: -10, inherit: true })
  if (priorityRefused !== undefined)
    tell({
      type: 'log',
      level: 'info',
      fields: { reason: priorityRefused },
      message: 'no real-time scheduling for the device: sound may break when the machine is busy',
    })

  let host: DeviceHost | undefined
  let ending = false

  const begin = (message: Begin<Settings>) => {
    if (host) return
    const pcm = new Map(
      message.pcmFiles.map(({ port, file }) => {
        const { memory, byteOffset } = mapSharedMemory(file, pcmFileBytes)
        return [port, pcmPath(memory, byteOffset)]
      }),
    )
    const made = makeHost(message, pcm, {
      sessionStarted: (session) => tell({ type: 'sessionStarted', session }),
      stateChanged: (state) => tell({ type: 'stateChanged', state }),
      signal: (signal, atSystemMs) => tell({ type: 'signal', signal, atSystemMs }),
      log: (level, fields, text) => tell({ type: 'log', level, fields, message: text }),
    })
    host = made
    host.start()
    setInterval(() => tell({ type: 'counters', counters: made.counters(), details: made.details() }), countersMs)
  }

  const end = async (keepsLines: boolean) => {
    if (ending) return
    ending = true
    if (!keepsLines) await host?.releaseAll()
    host?.stop()
    process.exit(0)
  }

  const receive = async (message: ToProcess<Settings>) => {
    if (message.type === 'begin') begin(message)
    else if (message.type === 'stop') await end(message.keepsLines)
    else {
      const absent = { done: false, refused: 'deviceAbsent' } as const
      const result = host ? await host.command(message.port, message.command) : absent
      tell({ type: 'commandDone', id: message.id, result })
    }
  }

  process.on('SIGTERM', () => {})
  process.on('SIGINT', () => {})
  process.on('message', (message: ToProcess<Settings>) => void receive(message))
  // The daemon is gone without a word: the next one may take the lines over, and if none comes the device releases them.
  process.on('disconnect', () => void end(true))
}

function tell(message: FromProcess): void {
  // The daemon may be gone already; `disconnect` tells, there is nobody else to.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}
