// One request of a link outside any dialog (REGISTER, OPTIONS) and what became of it. Challenges are answered below
// (core-digest.ts).
import { randomUUID } from 'node:crypto'
import type { IncomingResponse } from 'sip.js/lib/core/index.js'
import type { Clock } from '../../clock.ts'
import type { SipAccount } from '../endpoint.ts'
import type { SipStack } from '../sip-stack.ts'
import type { Hop } from '../transport/hop.ts'
import { parseSipUri, toCoreUri } from '../wire/sip-uri.ts'

export type LinkAnswer =
  | {
      outcome: 'answered'
      status: number
      header(name: string): string | undefined
      headers(name: string): string[]
    }
  /** Nothing came in time. */
  | { outcome: 'timeout' }
  /** It could not be sent. */
  | { outcome: 'unreachable' }

export interface LinkRequest {
  method: 'REGISTER' | 'OPTIONS'
  /** Sound SIP URIs. */
  uri: string
  from: string
  to: string
  headers: readonly string[]
  callId?: string
  cseq?: number
}

/** Stack and clock: what a link talks through. */
export interface LinkTalk {
  stack: Pick<SipStack, 'core' | 'routes' | 'contactHeader'>
  clock: Clock
}

/**
 * Asks one address. `done` is called once, never from within; what comes after `timeoutMs` counts for nothing. Returns
 * how to stop waiting. `lastCseq` of a challenged request is higher than what was given.
 */
export function askLink(
  { stack, clock }: LinkTalk,
  target: Hop,
  account: SipAccount,
  request: LinkRequest,
  timeoutMs: number,
  done: (answer: LinkAnswer, lastCseq: number) => void,
): () => void {
  const callId = request.callId ?? randomUUID()
  stack.routes.set(callId, { account, targets: [target] })
  const message = stack.core.makeOutgoingRequestMessage(
    request.method,
    uriOf(request.uri),
    uriOf(request.from),
    uriOf(request.to),
    { callId, fromTag: randomUUID(), cseq: request.cseq ?? 1 },
    [...request.headers],
  )
  let open = true
  const settle = (answer: LinkAnswer) => {
    if (!open) return
    open = false
    timer.cancel()
    done(answer, message.cseq)
  }
  const timer = clock.after(timeoutMs, () => settle({ outcome: 'timeout' }))
  const answered = ({ message: response }: IncomingResponse) => {
    stack.routes.release(callId)
    const status = response.statusCode ?? 500
    // What nobody sent has no tag of the far end: the stack's own word for silence and for what it could not send.
    if (response.toTag === '' || response.toTag === undefined) {
      if (status === 408) return settle({ outcome: 'timeout' })
      if (status === 503) return settle({ outcome: 'unreachable' })
    }
    settle({
      outcome: 'answered',
      status,
      header: (name) => response.getHeader(name),
      headers: (name) => response.getHeaders(name),
    })
  }
  stack.core.request(message, { onAccept: answered, onReject: answered, onRedirect: answered })
  return () => {
    open = false
    timer.cancel()
  }
}

function uriOf(text: string) {
  const uri = parseSipUri(text)
  if (!uri) throw new Error(`No SIP URI: ${text}`)
  return toCoreUri(uri)
}
