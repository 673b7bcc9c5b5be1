// One POST to an endpoint of speech: body out, body in, both bounded. Redirects are not followed: what is said must not
// wander to an address nobody named.
import type { Clock } from '../clock.ts'
import { reasonOf, SpeechFault } from './speech-fault.ts'

export interface Post {
  url: string
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array<ArrayBuffer> | FormData
  clock: Clock
  /** For the whole answer. */
  timeoutMs: number
  /** More than this is a fault; the rest is not read. */
  maximumBytes: number
}

export interface Posted {
  contentType: string
  body: Buffer
}

/** Rejects with SpeechFault, or with the signal's reason. */
export async function post(options: Post, signal: AbortSignal): Promise<Posted> {
  signal.throwIfAborted()
  const stop = new AbortController()
  const leave = () => stop.abort(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  const timer = options.clock.after(options.timeoutMs, () =>
    stop.abort(new SpeechFault(`the endpoint took more than ${options.timeoutMs / 1000} s`)),
  )
  try {
    return await ask(options, stop.signal)
  } catch (fault) {
    if (stop.signal.aborted) throw stop.signal.reason
    throw fault instanceof SpeechFault ? fault : new SpeechFault(`the endpoint can't be reached: ${causeOf(fault)}`)
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', leave)
  }
}

async function ask({ url, headers, body, maximumBytes }: Post, signal: AbortSignal): Promise<Posted> {
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
  if (!response.ok) {
    await response.body?.cancel()
    const what = response.status >= 300 && response.status < 400 ? 'redirects, which is not followed' : 'answered'
    throw new SpeechFault(`the endpoint ${what} (${response.status} ${response.statusText})`)
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    // Leaving the loop cancels the rest.
    if (bytes > maximumBytes) throw new SpeechFault(`the endpoint gave more than ${maximumBytes} bytes`)
    chunks.push(chunk)
  }
  return { contentType: response.headers.get('content-type') ?? '', body: Buffer.concat(chunks) }
}

/** fetch says "fetch failed"; what failed stands in the cause. */
function causeOf(fault: unknown): string {
  const cause = fault instanceof Error && fault.cause !== undefined ? fault.cause : fault
  return reasonOf(cause instanceof AggregateError ? cause.errors[0] : cause)
}
