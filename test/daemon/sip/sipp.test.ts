// Another stack on the other side, over real sockets: sipp, many calls at once, answering and calling.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { createSipEndpoint } from '../../../daemon/sip/sip-endpoint.ts'
import { freePorts } from '../../support/free-ports.ts'
import { Program } from '../../support/program.ts'
import { SipFakeAudio } from '../../support/sip-fake-audio.ts'
import { account, logInto, password } from '../../support/sip-stage.ts'
import { until, within } from '../../support/wait.ts'

t.setTimeout(120_000)

async function sippStage(t: Test, address?: string) {
  const audio = new SipFakeAudio()
  const accounts = [account('sipp', address === undefined ? {} : { address })]
  const common = {
    address: '127.0.0.1',
    port: 0,
    realm: 'cordboard',
    audio,
    clock: new SystemClock(),
    log: logInto([]),
  }
  const endpoint = createSipEndpoint({ ...common, accounts })
  await endpoint.start()
  t.teardown(() => endpoint.stop())
  return { endpoint, audio }
}

/** `SCENARIO` in the arguments stands for the file of the scenario. */
function sipp(t: Test, args: string[], text = ''): Program {
  const directory = mkdtempSync(join(tmpdir(), 'cordboard-sipp-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'scenario.xml')
  writeFileSync(file, text)
  const program = new Program(
    'sipp',
    'sipp',
    args.map((one) => (one === 'SCENARIO' ? file : one)),
    { cwd: directory },
  )
  t.teardown(() => program.kill())
  return program
}

const contact = 'Contact: <sip:sipp@[local_ip]:[local_port]>'
const common = (
  method: string,
  cseq: number,
  to: string,
) => `Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport
From: <sip:sipp@cordboard>;tag=[pid]T[call_number]
To: ${to}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
${contact}
Max-Forwards: 70`
const authentication = `[authentication username=sipp password=${password}]`
const sdp = `Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio 6000 RTP/AVP 8 0
`
const send = (text: string, options = '') => `<send${options}><![CDATA[\n${text}\n]]></send>`

const scenario = (...steps: string[]) =>
  `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="an agent">\n${steps.join('\n')}\n</scenario>\n`
const resent = ' retrans="500"'

const registering = scenario(
  send(`REGISTER sip:cordboard SIP/2.0\n${common('REGISTER', 1, '<sip:sipp@cordboard>')}\nContent-Length: 0\n`, resent),
  '<recv response="401" auth="true"/>',
  send(
    `REGISTER sip:cordboard SIP/2.0\n${common('REGISTER', 2, '<sip:sipp@cordboard>')}\n${authentication}\nContent-Length: 0\n`,
    resent,
  ),
  '<recv response="200"/>',
)

/** Calls, talks for a moment, hangs up. */
const calling = scenario(
  send(`INVITE sip:100@cordboard SIP/2.0\n${common('INVITE', 1, '<sip:100@cordboard>')}\n${sdp}`, resent),
  '<recv response="401" auth="true"/>',
  send(
    `ACK sip:100@cordboard SIP/2.0\n${common('ACK', 1, '<sip:100@cordboard>[peer_tag_param]')}\nContent-Length: 0\n`,
  ),
  send(
    `INVITE sip:100@cordboard SIP/2.0\n${common('INVITE', 2, '<sip:100@cordboard>')}\n${authentication}\n${sdp}`,
    resent,
  ),
  '<recv response="100" optional="true"/>',
  '<recv response="180" optional="true"/>',
  '<recv response="200" rrs="true"/>',
  send(`ACK [next_url] SIP/2.0\n${common('ACK', 2, '<sip:100@cordboard>[peer_tag_param]')}\nContent-Length: 0\n`),
  '<pause milliseconds="300"/>',
  send(
    `BYE [next_url] SIP/2.0\n${common('BYE', 3, '<sip:100@cordboard>[peer_tag_param]')}\nContent-Length: 0\n`,
    resent,
  ),
  '<recv response="200"/>',
)

t.test('forty calls from sipp, each authenticated, ten a second', async (t) => {
  const { endpoint, audio } = await sippStage(t)
  let answered = 0
  endpoint.onInbound((leg) => {
    void leg.answer().then((talks) => {
      if (talks) answered++
    })
  })
  const port = await freePorts(1)
  const run = async (text: string, uri: string, calls: number) => {
    // sipp's digests are for one URI only.
    const options = ['-auth_uri', uri, '-i', '127.0.0.1', '-p', String(port), '-m', String(calls), '-r', '10']
    const box = `127.0.0.1:${endpoint.localPort}`
    const program = sipp(t, [box, '-sf', 'SCENARIO', ...options, '-nostdin', '-timeout', '30s'], text)
    const exit = await within('sipp to end', program.exited, { withinMs: 40_000, instead: () => program.tail() })
    t.equal(exit.code, 0, 'every call went as the scenario says')
  }
  await run(registering, 'cordboard', 1)
  t.ok(endpoint.reachable('sipp'))
  await run(calling, '100@cordboard', 40)
  t.equal(answered, 40)
  t.match(endpoint.counters(), { legs: 0, dialogs: 0, routes: 0 })
  t.equal(endpoint.counters().authFailures ?? 0, 0)
  t.equal(audio.openPorts.size, 0)
})

t.test('thirty calls to sipp at once, hung up by the box', async (t) => {
  const port = await freePorts(1)
  const { endpoint, audio } = await sippStage(t, `127.0.0.1:${port}`)
  const program = sipp(t, [
    '-sn',
    'uas',
    '-i',
    '127.0.0.1',
    '-p',
    String(port),
    '-m',
    '30',
    '-nostdin',
    '-timeout',
    '30s',
  ])
  await until('sipp to listen', async () => {
    const probe = endpoint.dial({ userName: 'sipp' })
    const talks = await until('an answer', () => probe.state === 'talking' || probe.state === 'ended', {
      withinMs: 8000,
    })
    if (probe.state === 'talking') await probe.hangUp()
    return talks
  })
  const legs = Array.from({ length: 29 }, () => endpoint.dial({ userName: 'sipp', callerAddress: '1' }))
  await until('all to talk', () => legs.every((leg) => leg.state === 'talking'), { withinMs: 15_000 })
  t.equal(audio.openPorts.size, 29)
  await Promise.all(legs.map((leg) => leg.hangUp()))
  const exit = await within('sipp to end', program.exited, { withinMs: 40_000, instead: () => program.tail() })
  t.equal(exit.code, 0)
  t.equal(audio.openPorts.size, 0)
  t.match(endpoint.counters(), { legs: 0, dialogs: 0, routes: 0 })
})
