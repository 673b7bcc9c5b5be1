// sipp calls the box, authenticated, many calls over one socket: UDP and TCP, IPv4 and IPv6, media of the same family.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SystemClock } from '../../daemon/clock.ts'
import { createSipEndpoint } from '../../daemon/sip/sip-endpoint.ts'
import { formatHostPort } from '../../daemon/sip/wire/host-port.ts'
import { freePorts } from '../support/free-ports.ts'
import { Program } from '../support/program.ts'
import { SipFakeAudio } from '../support/sip-fake-audio.ts'
import { account, logInto, password } from '../support/sip-stage.ts'
import { within } from '../support/wait.ts'
import { type InteropCase, undoing } from './case.ts'

const calls = 40

const headers = (
  method: string,
  cseq: number,
  to: string,
) => `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
From: <sip:sipp@cordboard>;tag=[pid]T[call_number]
To: <sip:100@cordboard>${to}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70`

const sdp = `Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[media_ip_type] [media_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio 6000 RTP/AVP 8 0
`
const send = (text: string, options = '') => `<send${options}><![CDATA[\n${text}\n]]></send>`
const resent = ' retrans="500"'
const peer = '[peer_tag_param]'
const scenario = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="an agent calls">
${send(`INVITE sip:100@cordboard SIP/2.0\n${headers('INVITE', 1, '')}\n${sdp}`, resent)}
<recv response="401" auth="true"/>
${send(`ACK sip:100@cordboard SIP/2.0\n${headers('ACK', 1, peer)}\nContent-Length: 0\n`)}
${send(`INVITE sip:100@cordboard SIP/2.0\n${headers('INVITE', 2, '')}\n[authentication username=sipp password=${password}]\n${sdp}`, resent)}
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="200" rrs="true"/>
${send(`ACK [next_url] SIP/2.0\n${headers('ACK', 2, peer)}\nContent-Length: 0\n`)}
<pause milliseconds="300"/>
${send(`BYE [next_url] SIP/2.0\n${headers('BYE', 3, peer)}\nContent-Length: 0\n`, resent)}
<recv response="200"/>
</scenario>
`

export const sippCases: readonly InteropCase[] = (
  [
    ['u1', 'UDP', '127.0.0.1'],
    ['t1', 'TCP', '127.0.0.1'],
    ['u1', 'UDP', '::1'],
    ['t1', 'TCP', '::1'],
  ] as const
).map(([mode, transport, address]) => ({
  name: `sipp over ${transport.toLowerCase()} from ${address}: ${calls} calls over one socket`,
  needs: ['sipp'],
  run: () =>
    undoing(async (undo) => {
      const audio = new SipFakeAudio()
      const endpoint = createSipEndpoint({
        address,
        port: 0,
        listen: [{ transport: 'TCP', address, port: 0 }],
        realm: 'cordboard',
        accounts: [account('sipp')],
        audio,
        clock: new SystemClock(),
        log: logInto([]),
      })
      let answered = 0
      endpoint.onInbound((leg) => {
        void leg.answer().then((talks) => {
          if (talks && audio.remotes.get(leg.portId!)?.address === address) answered++
        })
      })
      await endpoint.start()
      undo.add(() => endpoint.stop())
      const folder = mkdtempSync(join(tmpdir(), 'cordboard-sipp-'))
      undo.add(() => rmSync(folder, { recursive: true, force: true }))
      const file = join(folder, 'scenario.xml')
      writeFileSync(file, scenario)
      const { port } = endpoint.listening.find((one) => one.transport === transport)!
      // sipp's digests are for one URI only.
      const rate = ['-m', String(calls), '-r', '20', '-auth_uri', '100@cordboard', '-nostdin', '-timeout', '30s']
      const own = ['-t', mode, '-i', address, '-mi', address, '-p', String(await freePorts(1))]
      const program = new Program('sipp', 'sipp', [formatHostPort({ address, port }), '-sf', file, ...own, ...rate], {
        cwd: folder,
      })
      undo.add(() => program.kill())
      const exit = await within('sipp to end', program.exited, { withinMs: 40_000, instead: () => program.tail() })
      assert.equal(exit.code, 0, program.tail())
      assert.equal(answered, calls)
      assert.equal(audio.openPorts.size, 0)
    }),
}))
