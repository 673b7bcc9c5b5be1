// One POST of JSON with what a function or bot endpoint may and may not do: no redirects, a bounded answer, and a
// retry where Lambda's service would retry (throttled, or a fault of the server).
import type { Clock } from '../clock.ts'
import type { FunctionFault } from './functions.ts'
import { failed, messageOf, tooLarge } from './runner.ts'

export interface Post {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** Larger answers are not read to their end. */
  longestBytes: number
  /** Ends the retries too. */
  signal: AbortSignal
  clock: Clock
  onRetry: () => void
}

export type Posted = { ok: true; text: string; headers: Headers } | FunctionFault

const mostRetries = 3
/** Doubled before each further retry. */
const firstPauseMs = 100

/** Never rejects. */
export async function postJson(post: Post): Promise<Posted> {
  for (let retries = 0; ; retries++) {
    const { posted, mayPass } = await tryOnce(post)
    if (!mayPass || retries === mostRetries) return posted
    if (!(await pause(firstPauseMs * 2 ** retries, post))) return posted
    post.onRetry()
  }
}

interface Attempt {
  posted: Posted
  /** A fault that another try may not meet. */
  mayPass: boolean
}

async function tryOnce({ url, headers, body, longestBytes, signal }: Post): Promise<Attempt> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal,
    })
    if (!response.ok) {
      await response.body?.cancel()
      return { posted: refused(response), mayPass: response.status === 429 || response.status >= 500 }
    }
    const text = await readBounded(response, longestBytes)
    const posted: Posted = text === undefined ? tooLarge('the answer') : { ok: true, text, headers: response.headers }
    return { posted, mayPass: false }
  } catch (fault) {
    return { posted: failed(reasonOf(fault)), mayPass: false }
  }
}

function refused({ status, statusText }: Response): FunctionFault {
  if (status >= 300 && status < 400)
    return failed(`the endpoint redirects (${status}), which is not followed: name the address it leads to`)
  return failed(`the endpoint answered ${status} ${statusText}`.trimEnd())
}

/** Undefined when there is more than allowed; the rest is not read. */
async function readBounded(response: Response, longestBytes: number): Promise<string | undefined> {
  if (!response.body) return ''
  if (Number(response.headers.get('content-length') ?? 0) > longestBytes) {
    await response.body.cancel()
    return undefined
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.byteLength
    // Leaving the loop cancels the body.
    if (bytes > longestBytes) return undefined
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

/** fetch says "fetch failed"; what failed stands in the cause. */
function reasonOf(fault: unknown): string {
  const cause = fault instanceof Error && fault.cause instanceof Error ? fault.cause : fault
  const several = cause instanceof AggregateError ? cause.errors[0] : cause
  return `the endpoint can't be reached: ${messageOf(several)}`
}

/** False when the signal comes first. */
function pause(delayMs: number, { clock, signal }: Post): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const end = (passed: boolean) => {
      timer.cancel()
      signal.removeEventListener('abort', aborted)
      resolve(passed)
    }
    const aborted = () => end(false)
    const timer = clock.after(delayMs, () => end(true))
    signal.addEventListener('abort', aborted, { once: true })
  })
}
