// The words that sipp's scenarios are put together from: what the far end of a call says and expects, on either side of it.

/** Session description of sipp. */
export interface SdpParts {
  /** After `m=audio PORT RTP/AVP`. */
  formats?: string
  port?: number
  lines?: readonly string[]
}

export function sdp({ formats = '8 0 101', port = 6000, lines = [] }: SdpParts = {}): string {
  const events = formats.includes('101') ? ['a=rtpmap:101 telephone-event/8000'] : []
  return `v=0
o=- 1 [cseq] IN IP[media_ip_type] [media_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio ${port} RTP/AVP ${formats}
${[...events, ...lines].join('\n')}`.trimEnd()
}

export interface RequestParts {
  /** Header lines besides. */
  lines?: readonly string[]
  body?: string
  /** Absent: application/sdp. */
  type?: string
}

const resent = ' retrans="500"'
const element = (text: string, options = '') => `<send${options}><![CDATA[\n${text}\n\n]]></send>`
const bodyOf = ({ lines = [], body, type = 'application/sdp' }: RequestParts) =>
  [
    ...lines,
    ...(body === undefined ? ['Content-Length: 0', ''] : [`Content-Type: ${type}`, 'Content-Length: [len]', '', body]),
  ].join('\n')
const own = 'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>'
const via = 'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport'

export const pause = (ms: number): string => `<pause milliseconds="${ms}"/>`

/** Expects a response; `rrs` remembers where requests of the call go. */
export const response = (status: number, ...actions: string[]): string =>
  actions.length === 0
    ? `<recv response="${status}" rrs="true"/>`
    : `<recv response="${status}" rrs="true"><action>${actions.join('')}</action></recv>`
/** The same to a request that is not of the call itself: says nothing of where the call is. */
export const confirmed = (status: number): string => `<recv response="${status}"/>`
export const maybe = (status: number): string => `<recv response="${status}" optional="true"/>`
/** Either of two. */
export const oneOf = (first: number, second: number): string =>
  `<recv response="${first}" optional="true" next="${first}"/>\n<recv response="${second}"/>\n<label id="${first}"/>`
export const challenge = (status: 401 | 407): string => `<recv response="${status}" auth="true"/>`

export const request = (method: string, ...actions: string[]): string =>
  actions.length === 0
    ? `<recv request="${method}"/>`
    : `<recv request="${method}"><action>${actions.join('')}</action></recv>`

/** The last message has this in it, or the call has failed. */
export const has = (pattern: string): string =>
  `<ereg regexp="${pattern}" search_in="msg" check_it="true" assign_to="seen"/>`
export const hasNot = (pattern: string): string =>
  `<ereg regexp="${pattern}" search_in="msg" check_it_inverse="true" assign_to="seen"/>`

export const reply = (status: number, reason: string, parts: RequestParts = {}): string =>
  answer(status, reason, parts, '[last_To:]')

function answer(status: number, reason: string, parts: RequestParts, to: string): string {
  return element(`SIP/2.0 ${status} ${reason}
[last_Via:]
[last_From:]
${to}
[last_Call-ID:]
[last_CSeq:]
${own}
${bodyOf(parts)}`)
}

const notes = { them: 'From:', us: 'To:', way: 'Via:', number: 'CSeq:' } as const

/** Notes what an answer needs that is sent when other messages have come since. */
export const noted: readonly string[] = Object.entries(notes).map(
  ([name, header]) => `<ereg regexp=".*" search_in="hdr" header="${header}" assign_to="${name}"/>`,
)

/** The answer to the request of which the notes are. */
export function replyToNoted(status: number, reason: string, parts: RequestParts = {}): string {
  return answer(status, reason, parts, 'To:[$us]')
    .replace('[last_Via:]', 'Via:[$way]')
    .replace('[last_From:]', 'From:[$them]')
    .replace('[last_CSeq:]', 'CSeq:[$number]')
}

/** sipp calls: the requests of its side. */
export const caller = {
  request(method: string, cseq: number, parts: RequestParts = {}, uri = '[next_url]'): string {
    return element(
      `${method} ${uri} SIP/2.0
${via}
From: <sip:+441632960001@[local_ip]>;tag=[pid]T[call_number]
To: <sip:+442079460101@[remote_ip]>${uri === '[next_url]' ? '[peer_tag_param]' : ''}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
${own}
Max-Forwards: 70
${bodyOf(parts)}`,
      method === 'ACK' ? '' : resent,
    )
  },
  invite(parts: RequestParts = { body: sdp() }, cseq = 1): string {
    return caller.request('INVITE', cseq, parts, 'sip:+442079460101@[remote_ip]:[remote_port]')
  },
  /** Of a 2xx. */
  ack(cseq = 1, parts: RequestParts = {}): string {
    return caller.request('ACK', cseq, parts)
  },
  /** ACK of a failure, or CANCEL: in the transaction that was answered last. */
  inTransaction(method: 'ACK' | 'CANCEL', cseq = 1): string {
    return element(
      `${method} sip:+442079460101@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
From: <sip:+441632960001@[local_ip]>;tag=[pid]T[call_number]
To: <sip:+442079460101@[remote_ip]>${method === 'ACK' ? '[peer_tag_param]' : ''}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Max-Forwards: 70
Content-Length: 0
`,
      method === 'CANCEL' ? resent : '',
    )
  },
  bye(cseq = 2): string {
    return caller.request('BYE', cseq)
  },
}

const tag = ';tag=[pid]S[call_number]'

/** sipp is called. */
export const callee = {
  /** Expects the INVITE and notes who it is from. */
  invited(...actions: string[]): string {
    const target = '<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="target"/>'
    return request('INVITE', ...noted, target, ...actions)
  },
  reply(status: number, reason: string, parts: RequestParts = {}, toTag = tag): string {
    return answer(status, reason, parts, `[last_To:]${toTag}`)
  },
  /** The CANCEL, its answer, and that of the INVITE. */
  cancelled(): string {
    const terminated = callee.reply(487, 'Request Terminated').replace('[last_CSeq:]', 'CSeq:[$number]')
    return [request('CANCEL'), callee.reply(200, 'OK'), terminated, request('ACK')].join('\n')
  },
  /** Resent until it is acknowledged. */
  accept(parts: RequestParts = { body: sdp() }, toTag = tag): string {
    return callee.reply(200, 'OK', parts, toTag).replace('<send>', `<send${resent}>`)
  },
  /** The same when other messages have come since the INVITE. */
  acceptNoted(parts: RequestParts = { body: sdp() }, toTag = tag): string {
    return replyToNoted(200, 'OK', parts).replace('To:[$us]', `To:[$us]${toTag}`).replace('<send>', `<send${resent}>`)
  },
  request(method: string, cseq: number, parts: RequestParts = {}): string {
    return element(
      `${method} [$target] SIP/2.0
${via}
From: <sip:sipp@[local_ip]>${tag}
To:[$them]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
${own}
Max-Forwards: 70
${bodyOf(parts)}`,
      method === 'ACK' ? '' : resent,
    )
  },
}

/** The whole: steps may use the notes, whether or not they do. */
export function scenario(...steps: string[]): string {
  const names = [...Object.keys(notes), 'target', 'seen', 'flag'].filter((name) =>
    steps.some((step) => step.includes(`assign_to="${name}"`)),
  )
  const used = names.length === 0 ? '' : `\n<Reference variables="${names.join(',')}"/>`
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="a call">\n${steps.join('\n')}${used}\n</scenario>\n`
}
