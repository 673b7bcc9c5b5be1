// A function behind an HTTP endpoint: the event is the body of a POST, the answer the body of the response. The
// interface of Lambda's own service (and of its emulators) is one such endpoint.
import type { Clock } from '../clock.ts'
import { postJson } from './post-json.ts'
import { type Answer, type Call, failed, longestAnswerBytes, type Run, type Runner } from './runner.ts'

export interface HttpFunctionOptions {
  url: string
  headers: Readonly<Record<string, string>>
  clock: Clock
  onRetry: () => void
}

export function createHttpRunner(options: HttpFunctionOptions): Runner {
  return {
    run(call): Run {
      const answer = post(call, options)
      return { answer, over: answer.then(() => undefined) }
    },
    // Every call has the service's signal; nothing is kept between them but idle connections, which close themselves.
    close: () => Promise.resolve(),
  }
}

async function post(call: Call, { url, headers, clock, onRetry }: HttpFunctionOptions): Promise<Answer> {
  const posted = await postJson({
    url,
    headers: { ...headers, 'x-cordboard-request-id': call.requestId },
    body: call.event,
    longestBytes: longestAnswerBytes,
    signal: call.signal,
    clock,
    onRetry,
  })
  // Lambda's service answers 200 for a function that threw, and says so in this header.
  const thrown = posted.ok ? posted.headers.get('x-amz-function-error') : null
  if (posted.ok && thrown !== null) return failed(`the function failed (${thrown}): ${posted.text}`)
  return posted.ok ? { ok: true, text: posted.text } : posted
}
