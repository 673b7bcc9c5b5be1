// A thread of a module function: loads the file once, then calls its handler for one event after the other, as
// Lambda's runtime does. It runs a stranger's code: whatever happens here ends at worst this thread.
import { constants, setPriority } from 'node:os'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { ModuleQuestion, ModuleStart, ModuleTelling } from './module-messages.ts'
import { longestAnswerBytes, messageOf, oneLine } from './runner.ts'

type Callback = (fault: unknown, result?: unknown) => void
type Handler = (event: unknown, context: object, callback?: Callback) => unknown

const start = workerData as ModuleStart
const tell = (telling: ModuleTelling) => parentPort?.postMessage(telling)

let handler: Handler | undefined
const priorityRefused = giveWay()
try {
  handler = handlerOf(await import(pathToFileURL(start.file).href))
  if (!handler) tell({ type: 'unusable', detail: 'the module exports no function "handler"' })
} catch (fault) {
  tell({ type: 'unusable', detail: `the module can't be loaded: ${oneLine(messageOf(fault))}` })
}
if (handler) {
  const loaded = handler
  parentPort?.on('message', (question: ModuleQuestion) => void answer(loaded, question))
  tell({ type: 'loaded', ...(priorityRefused !== undefined && { priorityRefused }) })
}

/** ES modules export it; older functions are CommonJS (`exports.handler = …`). */
function handlerOf(module: { handler?: unknown; default?: { handler?: unknown } }): Handler | undefined {
  const exported = module.handler ?? module.default?.handler
  return typeof exported === 'function' ? (exported as Handler) : undefined
}

async function answer(loaded: Handler, { requestId, event, remainingMs }: ModuleQuestion): Promise<void> {
  const startedMs = performance.now()
  const context = {
    functionName: start.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: start.arn,
    memoryLimitInMB: String(start.memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${start.name}`,
    logStreamName: requestId,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(remainingMs - (performance.now() - startedMs))),
  }
  try {
    const text = JSON.stringify((await call(loaded, JSON.parse(event), context)) ?? null)
    if (Buffer.byteLength(text) > longestAnswerBytes) tell({ type: 'tooLarge', requestId })
    else tell({ type: 'answered', requestId, text })
  } catch (fault) {
    tell({ type: 'threw', requestId, detail: oneLine(`${nameOf(fault)}: ${messageOf(fault)}`) })
  }
}

/** A handler with a third parameter answers by callback, unless it gives a promise. */
function call(loaded: Handler, event: unknown, context: object): unknown {
  if (loaded.length < 3) return loaded(event, context)
  return new Promise((resolve, reject) => {
    const given = loaded(event, context, (fault, result) => {
      if (fault === null || fault === undefined) resolve(result)
      else reject(fault)
    })
    if (given instanceof Promise) given.then(resolve, reject)
  })
}

function nameOf(fault: unknown): string {
  return fault instanceof Error ? fault.name : 'thrown'
}

/** Linux keeps a priority per thread: this lowers the thread's, not the daemon's. Audio goes before functions. */
function giveWay(): string | undefined {
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
    return undefined
  } catch (fault) {
    return messageOf(fault)
  }
}
