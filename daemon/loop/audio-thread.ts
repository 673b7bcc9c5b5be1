// The audio thread: a worker that never returns to its event loop. It sleeps in one native call until the next tick or
// until the main thread rings; nothing the main thread does (garbage collection, SQL) can be heard.
import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { raiseThreadPriority } from '../../drivers/native/wake.ts'
import { AudioEngine } from './audio-engine.ts'
import type { Command, ThreadStart } from './messages.ts'

/** Commands carried out between two ticks at most, so that a flood of them can't delay the audio. */
const commandsPerTurn = 256
/** The thread goes before ordinary work, where the system allows it (root, or LimitNICE in the unit). */
const audioNice = -11

const { port, wakeFd, maximumPorts } = workerData as ThreadStart

const priorityRefused = raiseThreadPriority(audioNice)
const engine = new AudioEngine({ wakeFd, maximumPorts, post: (message) => port.postMessage(message) })
port.postMessage({ type: 'started', priorityRefused })

/** False once the last command was carried out. */
function carryOutCommands(): boolean {
  for (let i = 0; i < commandsPerTurn; i++) {
    const received: { message: Command } | undefined = receiveMessageOnPort(port)
    if (received === undefined) return true
    engine.handle(received.message)
    if (received.message.type === 'stop') return false
  }
  return true
}

try {
  do {
    engine.wait(engine.nextTickMs)
    engine.tick(engine.nowMs)
  } while (carryOutCommands())
} finally {
  engine.close()
  port.close()
}
