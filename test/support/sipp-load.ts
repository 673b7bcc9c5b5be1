// Bridged calls where there is no load generator: sipp dials and answers, its answering side echoes the audio, and the
// callers' audio is our own (marked-calls.ts).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MarkedCalls, type MarkedResult } from './marked-calls.ts'
import { Program } from './program.ts'

const send = (text: string) => `<send retrans="500"><![CDATA[\n${text}\n]]></send>`
const acknowledge = (text: string) => `<send><![CDATA[\n${text}\n]]></send>`

const headers = (
  method: string,
  cseq: number,
  to: string,
) => `Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport
From: <sip:[field1]@[local_ip]:[local_port]>;tag=[pid]T[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>${to}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:[field1]@[local_ip]:[local_port]>
Max-Forwards: 70`

const sdp = `Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [field0] RTP/AVP 0
a=rtpmap:0 PCMU/8000
`

const invite = (cseq: number, extra: string) =>
  send(`INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n${headers('INVITE', cseq, '')}\n${extra}${sdp}`)

/** field0 is the RTP port, field1 the user. */
const callerScenario = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="callers">
${invite(1, '')}
<recv response="100" optional="true"/>
<recv response="401" auth="true"/>
${acknowledge(`ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n${headers('ACK', 1, '[peer_tag_param]')}\nContent-Length: 0\n`)}
${invite(2, '[authentication]\n')}
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true"/>
${acknowledge(`ACK [next_url] SIP/2.0\n${headers('ACK', 2, '[peer_tag_param]')}\nContent-Length: 0\n`)}
<pause/>
${send(`BYE [next_url] SIP/2.0\n${headers('BYE', 3, '[peer_tag_param]')}\nContent-Length: 0\n`)}
<recv response="200"/>
</scenario>
`

/** sipp at the agents' address: rings, answers, echoes. */
export function startSippPhones(sipPort: number, mediaPort: number): Program {
  const media = ['-rtp_echo', '-mi', '127.0.0.1', '-mp', String(mediaPort)]
  return new Program('sipp answering', 'sipp', [
    '-sn',
    'uas',
    '-i',
    '127.0.0.1',
    '-p',
    String(sipPort),
    ...media,
    '-nostdin',
  ])
}

export interface SippCallersOptions {
  box: string
  sipPort: number
  number: string
  userName: string
  password: string
  calls: number
  seconds: number
}

/** Holds the calls and counts the marks that come back; rejects when a call fails. */
export async function runSippCallers(options: SippCallersOptions): Promise<MarkedResult> {
  const { calls, seconds } = options
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-sipp-'))
  const marked = await MarkedCalls.open(calls)
  try {
    const scenario = join(folder, 'callers.xml')
    const fields = join(folder, 'callers.csv')
    writeFileSync(scenario, callerScenario)
    const lines = marked.ports.map((port) => `${port};${options.userName};`)
    writeFileSync(fields, ['SEQUENTIAL', ...lines, ''].join('\n'))
    const program = new Program(
      'sipp calling',
      'sipp',
      [
        ...['-sf', scenario, '-inf', fields, '-s', options.number, '-i', '127.0.0.1', '-p', String(options.sipPort)],
        ...['-m', String(calls), '-l', String(calls), '-r', '20', '-d', String((seconds + 12) * 1000)],
        ...['-au', options.userName, '-ap', options.password, '-auth_uri', `${options.number}@${options.box}`],
        ...['-timeout', String(seconds + 60), '-timeout_error', '-nostdin', options.box],
      ],
      { cwd: folder },
    )
    marked.start()
    const counting = marked.count(seconds)
    const result = await Promise.race([
      counting,
      program.exited.then(({ code }) => {
        throw new Error(`sipp ended too soon with code ${code}: ${program.tail()}`)
      }),
    ])
    const { code } = await program.exited
    if (code !== 0) throw new Error(`sipp saw calls fail (exit code ${code}): ${program.tail()}`)
    return result
  } finally {
    marked.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
