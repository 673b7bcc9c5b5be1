// The audio thread: a worker that never returns to its event loop. It sleeps in one native call until the next tick or
// until the main thread rings; nothing the main thread does (garbage collection, SQL) can be heard.
import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { pinThread, raiseThreadPriority } from '../../drivers/native/thread-priority.ts'
import { AudioEngine } from './audio-engine.ts'
import type { Command, ThreadStart } from './messages.ts'

/** Commands carried out before the clock is looked at again: a flood of them can't delay the audio. */
const commandsPerTurn = 16
/**
 * The thread goes before ordinary work, where the system allows it (root, or LimitRTPRIO in the unit; else LimitNICE). It
 * sleeps most of the time, and the kernel's real-time bandwidth limit keeps even a mad one from taking the machine.
 */
const realtimePriority = 10
const fallbackNice = -11

const { port, wakeFd, maximumPorts } = workerData as ThreadStart

const priorityRefused = raiseThreadPriority({ realtime: realtimePriority, nice: fallbackNice })
const engine = new AudioEngine({ wakeFd, maximumPorts, post: (message) => port.postMessage(message) })
// Only a thread that goes before all others can have a processor of its own: another would wait for whatever is there.
const processor = priorityRefused === undefined ? pinThread() : undefined
// What the start has left behind would stay for long: ticks leave nothing that makes the thread collect by itself.
globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
port.postMessage({ type: 'started', priorityRefused, processor })

function carryOutCommands(): 'idle' | 'more' | 'stopped' {
  for (let i = 0; i < commandsPerTurn; i++) {
    const received: { message: Command } | undefined = receiveMessageOnPort(port)
    if (received === undefined) return 'idle'
    engine.handle(received.message)
    if (received.message.type === 'stop') return 'stopped'
  }
  return 'more'
}

try {
  let commands: ReturnType<typeof carryOutCommands> = 'idle'
  while (commands !== 'stopped') {
    engine.wait(commands === 'more' ? 0 : engine.nextTickMs)
    engine.tick(engine.nowMs)
    commands = carryOutCommands()
  }
} finally {
  engine.close()
  port.close()
}
