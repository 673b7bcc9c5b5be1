// Prompts fetched from a server of the test: asked again when it must be, kept when it is away, never beside its source.
import { readdirSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { FetchedPrompts } from '../../../daemon/prompts/fetched-prompts.ts'
import { addressOf } from '../../../daemon/prompts/sources.ts'
import { wavOf } from '../../support/growing-wav.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'
import { makeTone } from '../../support/tones.ts'
import { until } from '../../support/wait.ts'

const hello = wavOf(makeTone(440, 100, -10))
const signal = new AbortController().signal

interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: Buffer
  hang?: boolean
}

async function office(t: Test, limits: { maximumBytes?: number; maximumKeptBytes?: number } = {}) {
  const asked: IncomingMessage[] = []
  const server = {
    answer: (_request: IncomingMessage): Answer => ({
      body: hello,
      headers: { etag: '"1"', 'cache-control': 'max-age=60' },
    }),
  }
  const http = createServer((request, response) => {
    asked.push(request)
    const { status = 200, headers = {}, body, hang } = server.answer(request)
    if (!hang) response.writeHead(status, headers).end(body)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const to = `http://127.0.0.1:${(http.address() as AddressInfo).port}/media/`
  const clock = new MockClock()
  const told: object[] = []
  const directory = join(t.testdir({}), 'prompts')
  const prompts = new FetchedPrompts({
    sources: [{ from: 's3://shop/', to, headers: { authorization: 'Bearer x' } }],
    directory,
    clock,
    log: { warn: (fields: object) => void told.push(fields) },
    ...limits,
  })
  const away = async () => {
    http.closeAllConnections()
    await new Promise<void>((resolve) => http.close(() => resolve()))
  }
  t.teardown(async () => {
    await prompts.close()
    if (http.listening) await away()
    if (clock.liveTimers !== 0) throw new Error('a timer is left')
  })
  return { prompts, asked, server, clock, told, directory, away, get: (uri: string) => prompts.get(uri, signal) }
}

t.test('fetched once, then played from the disk as long as it is fresh', async (t) => {
  const o = await office(t)
  const first = await o.get('s3://shop/hello.wav')
  t.equal(first?.samples.length, 800)
  t.equal((await o.get('s3://shop/hello.wav'))?.name, first?.name)
  t.equal(o.asked.length, 1)
  t.equal(o.asked[0]?.url, '/media/hello.wav')
  t.equal(o.asked[0]?.headers.authorization, 'Bearer x')
})

t.test('asked again when it is old; unchanged, it is the same', async (t) => {
  const o = await office(t)
  const first = await o.get('s3://shop/hello.wav')
  o.server.answer = ({ headers }) => (headers['if-none-match'] === '"1"' ? { status: 304 } : { status: 500 })
  await o.clock.advance(61_000)
  t.equal((await o.get('s3://shop/hello.wav'))?.name, first?.name)
  t.match(o.prompts.counters(), { fetched: 1, unchanged: 1, failed: 0 })
})

t.test('changed on the server, it is another', async (t) => {
  const o = await office(t)
  const first = await o.get('s3://shop/hello.wav')
  await o.clock.advance(61_000)
  o.server.answer = () => ({ body: wavOf(makeTone(880, 200, -10)), headers: { etag: '"2"' } })
  const second = await o.get('s3://shop/hello.wav')
  t.equal(second?.samples.length, 1600)
  t.not(second?.name, first?.name)
})

for (const [what, answer] of [
  ['an error', { status: 503 }],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ['no WAV', { body: Buffer.from('<html>') }],
  ['too much', { body: Buffer.alloc(200_000) }],
] as const)
  t.test(`${what}: what was kept is played, however old`, async (t) => {
    const o = await office(t, { maximumBytes: 100_000 })
    const first = await o.get('s3://shop/hello.wav')
    await o.clock.advance(61_000)
    o.server.answer = () => answer
    t.same(await o.get('s3://shop/hello.wav'), first)
    t.match(o.prompts.counters(), { stale: 1, failed: 1 })
    t.equal(o.told.length, 1)
    t.equal(await o.get('s3://shop/never.wav'), undefined, 'what was never fetched is not to be had')
  })

t.test('the server is away: what was kept is played', async (t) => {
  const o = await office(t)
  const first = await o.get('s3://shop/hello.wav')
  await o.clock.advance(61_000)
  await o.away()
  t.same(await o.get('s3://shop/hello.wav'), first)
})

t.test('a server that hangs is not waited for long, and whoever leaves is let go at once', async (t) => {
  const o = await office(t)
  o.server.answer = () => ({ hang: true })
  const flow = new AbortController()
  const left = o.prompts.get('s3://shop/hello.wav', flow.signal)
  const patient = o.get('s3://shop/hello.wav')
  await until('the server to be asked', () => o.asked.length > 0)
  flow.abort(new Error('the caller left'))
  await t.rejects(left, { message: 'the caller left' })
  await o.clock.advance(5000)
  t.equal(await patient, undefined)
  t.equal(o.asked.length, 1, 'asked once for both')
  await settle()
})

t.test('what is kept has a bound', async (t) => {
  const o = await office(t, { maximumKeptBytes: 4000 })
  for (const name of ['a', 'b', 'c', 'd']) {
    await o.get(`s3://shop/${name}.wav`)
    await o.clock.advance(1000)
  }
  t.equal(readdirSync(o.directory).filter((name) => name.endsWith('.wav')).length, 2)
})

const sources = [{ from: 's3://shop/', to: 'https://media.test/shop/', headers: {} }]
for (const [uri, url] of [
  ['s3://shop/a/b.wav', 'https://media.test/shop/a/b.wav'],
  ['s3://shop/a b.wav', 'https://media.test/shop/a%20b.wav'],
  ['s3://other/a.wav', undefined],
  ['https://media.test/shop/a.wav', undefined],
  ['file:///etc/passwd', undefined],
  ['s3://shop/../secret.wav', undefined],
  ['s3://shop/%2e%2e/secret.wav', undefined],
  ['s3://shop/..%2fsecret.wav', undefined],
  ['s3://shop/..\\secret.wav', undefined],
  ['s3://shop/%5c..%5csecret.wav', undefined],
] as const)
  t.test(`${uri} leads ${url === undefined ? 'nowhere' : `to ${url}`}`, async (t) => {
    t.equal(addressOf(uri, sources)?.url, url)
  })
