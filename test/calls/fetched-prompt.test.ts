// Prompts in a bucket, in real calls: the URI of the flow leads to the server that the instance declares; what was
// fetched once is played from the box; a server that hangs costs its own caller the prompt, and nobody else anything.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { stringify } from 'yaml'
import { startBox } from '../support/box.ts'
import { flowDocument } from '../support/flows.ts'
import { wavOf } from '../support/growing-wav.ts'
import { prompts } from '../support/instance.ts'
import { heardWhole, markedPrompt, stretchesOf } from '../support/marks.ts'

const greeting = markedPrompt(1650, 1830, 300)

const flowOf = (file: string) =>
  flowDocument('contactFlow', 'Main', [
    {
      type: 'MessageParticipant',
      parameters: { Media: { Uri: `s3://shop/${file}`, SourceType: 'S3', MediaType: 'Audio' } },
    },
    { type: 'MessageParticipant', parameters: { PromptId: 'customer-whisper' } },
    { type: 'DisconnectParticipant' },
  ])

t.test('a prompt of a bucket is fetched, heard whole, and kept', async (t) => {
  const asked: string[] = []
  const http = createServer((request, response) => {
    asked.push(`${request.url}`)
    if (request.url === '/media/hangs.wav') return
    response.writeHead(200, { 'cache-control': 'max-age=600' }).end(wavOf(greeting.samples))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    http.closeAllConnections()
    http.close()
  })
  const to = `http://127.0.0.1:${(http.address() as AddressInfo).port}/media/`
  const box = await startBox(t, {
    files: {
      'voice.yaml': stringify({ promptSources: [{ from: 's3://shop/', to }] }),
      'flows/Main.json': flowOf('greeting.wav'),
      'flows/Ends without disconnect.json': flowOf('hangs.wav'),
    },
  })

  const stuck = await box.call({ port: 2 })
  await stuck.answered()
  for (const call of ['first', 'second']) {
    const caller = await box.call({ port: 1 })
    await caller.answered()
    await caller.released({ withinMs: 15_000 })
    t.ok(heardWhole(caller.heard(), greeting, 80), `the ${call} caller hears it whole`)
  }
  t.equal(asked.filter((url) => url === '/media/greeting.wav').length, 1, 'asked for once')

  await stuck.released({ withinMs: 15_000 })
  const heard = stuck.heard()
  t.same(stretchesOf(heard, greeting.startHz), [], 'the server that hung gave nothing')
  t.ok(heardWhole(heard, prompts['customer-whisper'], 80), 'and the flow went on by its error branch')
  await box.isAsBefore()
})
