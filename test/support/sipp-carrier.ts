// A carrier as a real SIP program (sipp) on 127.0.0.1: takes calls, turns them away, or registers its customers.
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { freePorts } from './free-ports.ts'
import { Program } from './program.ts'
import { until } from './wait.ts'

const answer = (status: string, more = '') => `<send><![CDATA[
SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]C[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:carrier@[local_ip]:[local_port]>
${more}Content-Length: 0

]]></send>`

const accepted = `<send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]C[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:carrier@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio 6000 RTP/AVP 8 0
]]></send>`

const scenario = (...steps: string[]) =>
  `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="carrier">\n${steps.join('\n')}\n</scenario>\n`

const wwwAuthenticate = 'WWW-Authenticate: Digest realm="telco", nonce="4f2a", qop="auth", algorithm=MD5\n'

export const carrierScenarios = {
  /** Rings, answers, waits for BYE. */
  answering: scenario(
    '<recv request="INVITE"/>',
    answer('100 Trying'),
    answer('180 Ringing'),
    accepted,
    '<recv request="ACK"/>',
    '<recv request="BYE"/>',
    answer('200 OK'),
  ),
  /** 503 to every call. */
  full: scenario(
    '<recv request="INVITE"/>',
    answer('503 Service Unavailable', 'Retry-After: 30\n'),
    '<recv request="ACK"/>',
  ),
  /** Hears and says nothing. */
  silent: scenario('<recv request="INVITE"/>', '<pause milliseconds="60000"/>'),
  /** Challenges a REGISTER and checks what comes back, by its own reckoning. */
  registrar: (userName: string, password: string) =>
    scenario(
      '<recv request="REGISTER"/>',
      answer('401 Unauthorized', wwwAuthenticate),
      `<recv request="REGISTER"><action>
<verifyauth assign_to="sound" username="${userName}" password="${password}"/>
</action></recv>`,
      '<nop test="sound" next="sound"/>',
      answer('403 Forbidden'),
      '<nop next="over"/>',
      '<label id="sound"/>',
      answer('200 OK', 'Expires: 600\n'),
      '<label id="over"/>',
    ),
}

/** Rings so long, answers, waits for BYE; tells that it lives when it is asked (OPTIONS). */
export function ringingCarrier(ringMs: number): string {
  return scenario(
    '<recv request="OPTIONS" optional="true" next="alive"/>',
    '<recv request="INVITE"/>',
    answer('180 Ringing'),
    `<pause milliseconds="${ringMs}"/>`,
    accepted,
    '<recv request="ACK"/>',
    '<recv request="BYE"/>',
    answer('200 OK'),
    '<nop next="over"/>',
    '<label id="alive"/>',
    answer('200 OK'),
    '<label id="over"/>',
  )
}

export interface SippCarrier {
  port: number
  program: Program
}

/** Listens when this resolves; ends with the test. */
export async function sippCarrier(t: Test, text: string, transport: 'udp' | 'tcp' = 'udp'): Promise<SippCarrier> {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-carrier-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'carrier.xml')
  writeFileSync(file, text)
  const port = await freePorts()
  const program = new Program(
    'sipp as a carrier',
    'sipp',
    ['-sf', file, '-i', '127.0.0.1', '-p', String(port), '-t', transport === 'udp' ? 'u1' : 't1', '-nostdin'],
    { cwd: folder },
  )
  t.teardown(() => program.kill())
  await listening(port, transport)
  return { port, program }
}

/** A UDP port that can't be bound any more is in use; a TCP port that takes a connection is. */
export async function listening(port: number, transport: 'udp' | 'tcp'): Promise<void> {
  await until(`sipp to listen on ${port}`, () => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    if (transport === 'tcp') {
      const socket = connect(port, '127.0.0.1')
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.end(() => resolve(true)))
      return promise
    }
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(true))
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(false)))
    return promise
  })
}
