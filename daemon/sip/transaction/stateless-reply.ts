// Responses made without sip.js and without a transaction (RFC 3261 section 8.2.7): a stranger's request costs us no
// memory. The same request always gets the same response, To tag included, so its copies need no table.
import { createHmac, randomBytes } from 'node:crypto'
import { header, headers, tagOf, type WireHeader, type WireRequest, type WireResponse } from '../wire/wire-message.ts'

const tagSecret = randomBytes(16)

export function statelessReply(
  request: WireRequest,
  status: number,
  reason: string,
  extraHeaders: readonly string[] = [],
): WireResponse {
  const to = header(request, 'to') ?? ''
  const own: WireHeader[] = [
    ...headers(request, 'via').map((value) => ({ name: 'Via', key: 'via', value })),
    { name: 'From', key: 'from', value: header(request, 'from') ?? '' },
    { name: 'To', key: 'to', value: tagOf(request, 'to') === '' ? `${to};tag=${replyTag(request)}` : to },
    { name: 'Call-ID', key: 'call-id', value: header(request, 'call-id') ?? '' },
    { name: 'CSeq', key: 'cseq', value: header(request, 'cseq') ?? '' },
    ...extraHeaders.map((line) => {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon)
      return { name, key: name.toLowerCase(), value: line.slice(colon + 1).trim() }
    }),
  ]
  return { kind: 'response', status, reason, headers: own.filter((one) => one.value !== ''), body: '' }
}

function replyTag(request: WireRequest): string {
  const names = [header(request, 'via'), header(request, 'call-id'), header(request, 'cseq')].join('\n')
  return createHmac('sha256', tagSecret).update(names).digest('hex').slice(0, 16)
}
