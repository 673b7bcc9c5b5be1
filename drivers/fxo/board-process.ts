// The driver's own process: owns one serial device and its PCM memory, and nothing else. It lives and dies with the
// daemon. Told to stop, it releases every line first, unless they are kept for the daemon that starts next.
//
// Systemd signals the whole control group at a stop, while the daemon still drains calls: so SIGTERM is not for us.
import { mapSharedMemory } from '../native/shared-memory.ts'
import { raiseThreadPriority } from '../native/thread-priority.ts'
import { pcmFileBytes, pcmPath } from '../pcm-ring.ts'
import { BoardHost } from './board-host.ts'
import type { FromProcess, ToProcess } from './process-messages.ts'
import { openSerialDevice } from './serial-device.ts'
import { systemClock } from './surroundings.ts'

/** Also the sign of life: fxo-driver.ts ends a process that is silent for 5 s. */
const countersMs = 1000

// With the threads that read and write the device, which are made at the first use: a board's sound must not wait for
// ordinary work either. The audio thread, at 10, goes before.
const priorityRefused = raiseThreadPriority({ realtime: 9, nice: -10, inherit: true })
if (priorityRefused !== undefined)
  tell({
    type: 'log',
    level: 'info',
    fields: { reason: priorityRefused },
    message: 'no real-time scheduling for the board: sound may break when the machine is busy',
  })

process.on('SIGTERM', () => {})
process.on('SIGINT', () => {})
process.on('message', (message: ToProcess) => void receive(message))
// The daemon is gone without a word: the next one may take the lines over, and if none comes the board releases them.
process.on('disconnect', () => void end(true))

let host: BoardHost | undefined
let ending = false

function tell(message: FromProcess): void {
  // The daemon may be gone already; `disconnect` tells, there is nobody else to.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

async function receive(message: ToProcess): Promise<void> {
  if (message.type === 'begin') begin(message)
  else if (message.type === 'stop') await end(message.keepsLines)
  else {
    const absent = { done: false, refused: 'deviceAbsent' } as const
    const result = host ? await host.command(message.port, message.command) : absent
    tell({ type: 'commandDone', id: message.id, result })
  }
}

function begin({ device, ports, pcmFiles, hostSilenceMs, resumeSession }: Extract<ToProcess, { type: 'begin' }>): void {
  if (host) return
  const pcm = new Map(
    pcmFiles.map(({ port, file }) => {
      const { memory, byteOffset } = mapSharedMemory(file, pcmFileBytes)
      return [port, pcmPath(memory, byteOffset)]
    }),
  )
  host = new BoardHost({
    ports,
    hostSilenceMs,
    resumeSession,
    pcm,
    openDevice: (listener) => openSerialDevice(device, listener),
    clock: systemClock,
    listener: {
      sessionStarted: (session) => tell({ type: 'sessionStarted', session }),
      stateChanged: (state) => tell({ type: 'stateChanged', state }),
      signal: (signal, atSystemMs) => tell({ type: 'signal', signal, atSystemMs }),
      log: (level, fields, text) => tell({ type: 'log', level, fields, message: text }),
    },
  })
  host.start()
  const board = host
  setInterval(() => tell({ type: 'counters', counters: board.counters() }), countersMs)
}

async function end(keepsLines: boolean): Promise<void> {
  if (ending) return
  ending = true
  if (!keepsLines) await host?.releaseAll()
  host?.stop()
  process.exit(0)
}
