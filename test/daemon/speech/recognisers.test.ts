// Callers understood by recognisers behind real servers on this machine, sound and mad ones. Ann calls.
import t, { type Test } from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { createRecognisers } from '../../../daemon/speech/create-recognisers.ts'
import type {
  HttpRecogniserDefinition,
  RecogniserDefinition,
  RecognitionRequest,
  WebSocketRecogniserDefinition,
} from '../../../daemon/speech/recogniser.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { until } from '../../support/wait.ts'
import { line, quiet, spokenBy } from './callers.ts'
import { type Endpoint, httpEndpoint, type Peer, webSocketEndpoint } from './endpoints.ts'

const whisper = (url: string, of: Partial<HttpRecogniserDefinition> = {}): HttpRecogniserDefinition => ({
  ...{ name: 'whisper', kind: 'http', url, headers: {}, languages: [], timeoutS: 1, concurrency: 2 },
  ...of,
})
const vosk = (url: string, of: Partial<WebSocketRecogniserDefinition> = {}): WebSocketRecogniserDefinition => ({
  ...{ name: 'vosk', kind: 'websocket', url, sampleRate: 16_000, languages: [], timeoutS: 1, concurrency: 2 },
  ...of,
})
const request: RecognitionRequest = {
  expected: { phrases: ['one', 'two'] },
  language: 'en-US',
  startTimeoutMs: 3000,
  endSilenceMs: 600,
  maximumMs: 12_000,
}
const open = new AbortController().signal
const ann = spokenBy('en-us+f3', 'one')

function office(...definitions: RecogniserDefinition[]) {
  const clock = new SystemClock()
  const told: string[] = []
  const tell = (_fields: object, message: string) => void told.push(message)
  const recognisers = createRecognisers({ definitions, clock, log: { warn: tell, info: tell } })
  const from = line()
  const recognise = (of: Partial<RecognitionRequest> = {}, signal = open) =>
    recognisers.recognise({ ...request, ...of }, from, signal)
  /** Ann says her word, and is silent. */
  const ask = async (of: Partial<RecognitionRequest> = {}) => {
    const recognition = recognise(of)
    await from.say(quiet(500), ann, quiet(1000))
    return recognition
  }
  return { recognisers, from, clock, told, recognise, ask }
}

/** Nothing is left: no listener, no timer, no utterance, no connection once both sides have let go. */
async function ledger(t: Test, o: ReturnType<typeof office>, ...endpoints: Endpoint[]) {
  await o.recognisers.close()
  const { listening, running, waiting } = o.recognisers.counters()
  t.same([o.from.listeners, o.clock.liveTimers, listening, running, waiting], [0, 0, 0, 0, 0])
  for (const endpoint of endpoints) await endpoint.close()
}

t.test('whisper: the utterance in a form, the text in JSON', async (t) => {
  let form = ''
  let authorization: string | undefined
  const server = await httpEndpoint((asked, body, response) => {
    form = body.toString('latin1')
    authorization = asked.headers.authorization
    response.end('{"text": " [BLANK_AUDIO] One.\\n"}')
  })
  const o = office(whisper(server.url, { headers: { Authorization: 'Bearer x' } }))
  t.same(await o.ask(), { outcome: 'heard', text: 'One.' })
  t.match(form, /name="language"\r\n\r\nen\r\n/)
  t.match(form, /name="prompt"\r\n\r\none, two\r\n/)
  const wav = form.slice(form.indexOf('RIFF'), form.indexOf('\r\n--', form.indexOf('RIFF')))
  t.equal(Buffer.from(wav, 'latin1').readUInt32LE(24), 16_000)
  const seconds = (wav.length - 44) / 32_000
  const spokenS = ann.length / 8000
  t.ok(seconds > spokenS && seconds < spokenS + 1.2, `${seconds.toFixed(2)} s for ${spokenS.toFixed(2)} s of speech`)
  t.equal(authorization, 'Bearer x')
  await ledger(t, o, server)
})

t.test('nobody speaks; somebody speaks, but nothing is understood', async (t) => {
  const server = await httpEndpoint((_asked, _body, response) => response.end('{"text": "(coughs)"}'))
  const o = office(whisper(server.url))
  const silence = o.recognise()
  await o.from.say(quiet(3100))
  t.same(await silence, { outcome: 'noSpeech' })
  t.same(await o.ask(), { outcome: 'noMatch' })
  t.match(o.recognisers.counters(), { asked: 2, noSpeech: 1, noMatch: 1 })
  await ledger(t, o, server)
})

const madEndpoints: [what: string, answer: Parameters<typeof httpEndpoint>[0], reason: RegExp][] = [
  ['that stalls', () => undefined, /took more than 1 s/],
  ['that stalls in its answer', (_a, _b, response) => void response.write('{"te'), /took more than 1 s/],
  ['that fails', (_a, _b, response) => void response.writeHead(503).end(), /answered \(503/],
  ['that redirects', (_a, _b, response) => void response.writeHead(302, { location: '/' }).end(), /not followed/],
  ['that gives a page', (_a, _b, response) => void response.end('<html>'), /something else than JSON/],
  ['that gives other JSON', (_a, _b, response) => void response.end('[1]'), /without "text"/],
  ['that gives no end', (_a, _b, response) => void response.end('x'.repeat(2_000_000)), /more than 1048576 bytes/],
  ['that breaks off', (_a, _b, response) => void response.socket?.destroy(), /can't be reached/],
]
for (const [what, answer, reason] of madEndpoints)
  t.test(`an endpoint ${what}`, async (t) => {
    const server = await httpEndpoint(answer)
    const o = office(whisper(server.url))
    t.match(await o.ask(), { outcome: 'failed', reason })
    t.same(o.told, ['a recogniser fails'])
    await ledger(t, o, server)
  })

t.test('an endpoint that is not there', async (t) => {
  const server = await httpEndpoint(() => undefined)
  await server.close()
  const o = office(whisper(server.url), vosk(server.url.replace('http', 'ws')))
  t.match(await o.ask(), { outcome: 'failed' })
  t.equal(o.recognisers.counters().recogniserFaults, 2)
  await ledger(t, o)
})

t.test('a recogniser fails: the next one hears the same words, and is first from then on', async (t) => {
  let asked = 0
  const bad = await httpEndpoint((_a, _b, response) => {
    asked++
    response.writeHead(500).end()
  })
  const good = await httpEndpoint((_a, body, response) =>
    response.end(JSON.stringify({ text: body.length > 10_000 ? 'one' : '' })),
  )
  const o = office(whisper(bad.url), whisper(good.url, { name: 'other' }))
  t.same(await o.ask(), { outcome: 'heard', text: 'one' })
  t.same(await o.ask(), { outcome: 'heard', text: 'one' })
  t.equal(asked, 1)
  await ledger(t, o, bad, good)
})

t.test('each language has its recogniser', async (t) => {
  const server = await httpEndpoint((_a, _b, response) => response.end('{"text": "eins"}'))
  const o = office(whisper(server.url, { languages: ['de', 'en-GB'] }))
  t.same(
    ['de-DE', 'DE', 'en-GB', 'en-US', 'den'].map((language) => o.recognisers.understands(language)),
    [true, true, true, false, false],
  )
  t.match(await o.recognise({ language: 'fr-FR' }), {
    outcome: 'failed',
    reason: /no recogniser for the language fr-FR/,
  })
  await ledger(t, o, server)
})

/** Vosk as it is: an answer to every message of samples, the last one to `eof`, then the end. */
function honestVosk(peer: Peer, words: { text: string; conf: number }[], seen: { config?: unknown; bytes: number }) {
  peer.onMessage = (message) => {
    if (typeof message !== 'string') {
      seen.bytes += message.length
      peer.send('{"partial": "w"}')
    } else if (message.includes('eof')) {
      const [last] = words.slice(-1)
      peer.send(JSON.stringify({ result: [{ conf: last?.conf, word: last?.text }], text: last?.text ?? '' }))
      peer.close()
    } else {
      seen.config = JSON.parse(message)
      for (const word of words.slice(0, -1))
        peer.send(JSON.stringify({ text: word.text, result: [{ conf: word.conf }] }))
    }
  }
}

for (const sampleRate of [16_000, 8000] as const)
  t.test(`vosk at ${sampleRate} Hz: samples as they come, texts joined`, async (t) => {
    const seen: { config?: unknown; bytes: number } = { bytes: 0 }
    const words = [
      { text: 'twenty', conf: 0.9 },
      { text: 'one', conf: 0.7 },
    ]
    const server = await webSocketEndpoint((peer) => honestVosk(peer, words, seen))
    const o = office(vosk(server.url, { sampleRate }))
    const heard = await o.ask()
    t.match(heard, { outcome: 'heard', text: 'twenty one' })
    t.ok(heard.outcome === 'heard' && Math.abs((heard.confidence ?? 0) - 0.8) < 1e-9)
    t.match(seen.config, { config: { sample_rate: sampleRate, phrase_list: ['one', 'two', '[unk]'] } })
    const seconds = seen.bytes / sampleRate / 2
    t.ok(seconds > ann.length / 8000 && seconds < ann.length / 8000 + 1.2, `${seconds.toFixed(2)} s sent`)
    await ledger(t, o, server)
  })

const answering = (answer: (peer: Peer, message: string | Buffer) => void) => (peer: Peer) => {
  peer.onMessage = (message) => answer(peer, message)
}

const madPeers: [what: string, accept: (peer: Peer) => void, reason: RegExp][] = [
  ['that stalls', () => undefined, /took more than 1 s/],
  ['that breaks off at once', (peer) => peer.cut(), /vosk: /],
  ['that breaks off in the middle', answering((peer, it) => typeof it !== 'string' && peer.cut()), /vosk: /],
  [
    'that closes without a text',
    answering((peer, it) => String(it).includes('eof') && peer.close()),
    /vosk: it closed/,
  ],
  ['that talks rubbish', answering((peer) => peer.send('{"text')), /something else than JSON/],
  ['that talks bytes', answering((peer) => peer.sendBytes(Buffer.alloc(9))), /else than text/],
  [
    'that never ends',
    answering((peer) => {
      for (let i = 0; i < 30; i++) peer.send(JSON.stringify({ partial: 'x'.repeat(60_000) }))
    }),
    /more than 1048576/,
  ],
]
for (const [what, accept, reason] of madPeers)
  t.test(`a WebSocket server ${what}`, async (t) => {
    const server = await webSocketEndpoint(accept)
    const o = office(vosk(server.url))
    t.match(await o.ask(), { outcome: 'failed', reason })
    await ledger(t, o, server)
  })

t.test('a WebSocket server that keeps the connection after the last text', async (t) => {
  const server = await webSocketEndpoint((peer) => {
    peer.onMessage = (message) => {
      if (String(message).includes('eof')) peer.send('{"text": "one"}')
    }
  })
  const o = office(vosk(server.url))
  t.match(await o.ask(), { outcome: 'heard', text: 'one' })
  await ledger(t, o, server)
})

t.test('Ann interrupts the prompt: it is told at once', async (t) => {
  const server = await httpEndpoint((_a, _b, response) => response.end('{"text": "one"}'))
  const o = office(whisper(server.url))
  const prompt = Promise.withResolvers<void>()
  let started = 0
  const heard = o.recognise({
    promptEnded: prompt.promise,
    onSpeechStarted: () => {
      started++
      prompt.resolve()
    },
  })
  await o.from.say(quiet(10_000))
  t.equal(started, 0)
  await o.from.say(ann, quiet(1000))
  t.same([await heard, started], [{ outcome: 'heard', text: 'one' }, 1])
  await ledger(t, o, server)
})

t.test('Ann hangs up while she speaks, and while she is being understood', async (t) => {
  const server = await httpEndpoint(() => undefined)
  const o = office(whisper(server.url))
  const first = new AbortController()
  const speaking = t.rejects(o.recognise({}, first.signal), { message: 'hung up' })
  await o.from.say(quiet(500), ann)
  first.abort(new Error('hung up'))
  await speaking
  t.equal(o.from.listeners, 0)

  const second = new AbortController()
  const asked = t.rejects(o.recognise({}, second.signal), { message: 'hung up' })
  await o.from.say(quiet(500), ann, quiet(1000))
  await until('the endpoint to be asked', () => o.recognisers.counters().running === 1)
  second.abort(new Error('hung up'))
  await asked
  await t.rejects(o.recognise({}, second.signal), { message: 'hung up' })
  await ledger(t, o, server)
})

t.test('closing ends what is under way', async (t) => {
  const server = await httpEndpoint(() => undefined)
  const o = office(whisper(server.url))
  const listening = o.recognise()
  await o.recognisers.close()
  t.same(await listening, { outcome: 'failed', reason: 'recognition is closed' })
  t.match(await o.recognise(), { outcome: 'failed' })
  await ledger(t, o, server)
})

t.test('a line that gives no sound at all', async (t) => {
  const clock = new MockClock()
  const log = { warn: () => undefined, info: () => undefined }
  const recognisers = createRecognisers({ definitions: [whisper('http://127.0.0.1:9/')], clock, log })
  const from = line()
  const recognition = recognisers.recognise(request, from, open)
  await clock.advance(20_600)
  t.same(await recognition, { outcome: 'failed', reason: 'no sound came from the line' })
  t.same([from.listeners, clock.liveTimers], [0, 0])
})

t.test('more utterances at once than a recogniser takes', async (t) => {
  const server = await webSocketEndpoint(() => undefined)
  const o = office(vosk(server.url, { concurrency: 1 }))
  const results = await Promise.all([o.ask(), o.ask()])
  t.match(results.map((it) => (it.outcome === 'failed' ? it.reason : it.outcome)).sort(), [/busy/, /took more than/])
  await ledger(t, o, server)
})
