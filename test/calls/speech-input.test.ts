// "Press or say one": a caller on a simulated analogue line, the whole daemon, PocketSphinx; the voice is espeak-ng's.
import { accessSync, chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { quiet, spokenBy } from '../daemon/speech/callers.ts'
import { type Box, startBox } from '../support/box.ts'
import { flowDocument } from '../support/flows.ts'
import { prompts } from '../support/instance.ts'
import type { LineCaller } from '../support/line-caller.ts'
import { heardWhole, stretchesOf } from '../support/marks.ts'
import { levelDbm0 } from '../support/tones.ts'

const isInstalled = (() => {
  try {
    accessSync('/usr/bin/pocketsphinx_batch')
    accessSync('/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict')
    return true
  } catch {
    return false
  }
})()
const notInstalled = isInstalled ? {} : { skip: 'not run: pocketsphinx is not installed' }

const word = (name: string, key: string) => ({ name, utterances: [name], dtmf: [key] })
const bots = stringify({ bots: [{ name: 'menu', kind: 'local', intents: [word('one', '1'), word('two', '2')] }] })
const branch = (id: string) => ({
  type: 'UpdateContactAttributes',
  parameters: { Attributes: { branch: id } },
  id,
  next: 'Bye',
})
/** The prompt of the bot is a recording with marks, or a text. */
const flowOf = (prompt: object, attributes: object = {}) =>
  flowDocument('contactFlow', 'Main', [
    { type: 'UpdateFlowLoggingBehavior', parameters: { FlowLoggingBehavior: 'Enabled' }, errors: [] },
    {
      type: 'ConnectParticipantWithLexBot',
      parameters: {
        ...prompt,
        LexV2Bot: { AliasArn: 'menu' },
        ...(Object.keys(attributes).length > 0 && { LexSessionAttributes: attributes }),
      },
      conditions: { one: 'one', two: 'two' },
      errors: ['NoMatchingError'],
      next: 'other',
      id: 'Ask',
    },
    ...['one', 'two', 'other'].map(branch),
    { type: 'MessageParticipant', parameters: { PromptId: 'customer-whisper' }, id: 'Bye' },
    { type: 'DisconnectParticipant' },
  ])

/** Two lines, each with a flow of its own. */
function start(t: Test, flows: [first: string, second: string], recogniser: object = {}): Promise<Box> {
  const [first, second] = flows
  return startBox(t, {
    files: {
      'bots.yaml': bots,
      'voice.yaml': stringify({ recognisers: [{ name: 'box', kind: 'pocketsphinx', ...recogniser }] }),
      'flows/Main.json': first,
      'flows/Ends without disconnect.json': second,
    },
  })
}

/** What was chosen in the call that began last, once it is over; and nothing is left. */
async function chosen(box: Box, caller: LineCaller): Promise<string | undefined> {
  await caller.released({ withinMs: 30_000 })
  await box.isAsBefore()
  const [record] = await box.daemon.records()
  const { counters } = await box.daemon.status()
  if (counters.audio?.listenings !== 0 || counters.recognisers?.listening !== 0)
    throw new Error(`somebody is listened to still: ${JSON.stringify(counters)}`)
  return record?.Attributes?.branch
}

const marked = { PromptId: 'menu' }
const one = spokenBy('en-us+f3', 'one')
/** Noise as of a street: loud, and nobody in it. */
function noise(ms: number, peak: number): Int16Array {
  let seed = 7
  return Int16Array.from({ length: ms * 8 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return Math.round(((seed / 0x7fffffff) * 2 - 1) * peak)
  })
}
const mixed = (first: Int16Array, second: Int16Array) => first.map((sample, at) => sample + (second[at] ?? 0))

t.test('press or say one', notInstalled, async (t) => {
  const patient = flowOf(marked, {
    'x-amz-lex:allow-interrupt:*:*': 'false',
    'x-amz-lex:audio:start-timeout-ms:*:*': '1000',
  })
  const box = await start(t, [flowOf(marked), patient])
  const heardSoFar = async () => (await box.daemon.status()).counters.recognisers

  await t.test('"one", said after the prompt, chooses the branch', async (t) => {
    const caller = await box.call({ number: '+442079460555' })
    await caller.answered()
    await caller.hears(prompts.menu.endHz, 60)
    await caller.plays(Int16Array.from([...quiet(300), ...one, ...quiet(900)]))
    t.equal(await chosen(box, caller), 'one')
    t.ok(heardWhole(caller.heard(), prompts.menu, 80), 'the prompt was heard whole')
    t.match(await heardSoFar(), { asked: 1, heard: 1, failed: 0 })
    t.equal((await box.daemon.status()).counters.audio?.lostListenedSamples, 0)
  })

  await t.test('a key does as well, and ends the listening', async (t) => {
    const caller = await box.call()
    await caller.answered()
    await caller.hears(prompts.menu.endHz, 60)
    await caller.presses('2')
    t.equal(await chosen(box, caller), 'two')
  })

  await t.test('from a street', async (t) => {
    const caller = await box.call()
    await caller.answered()
    await caller.plays(noise(3000, 250))
    await caller.hears(prompts.menu.endHz, 60)
    await caller.plays(mixed(Int16Array.from([...quiet(300), ...one, ...quiet(1200)]), noise(4000, 250)))
    t.equal(await chosen(box, caller), 'one')
  })

  await t.test('forbidden to interrupt, and silent when asked: the time to begin is over', async (t) => {
    const caller = await box.call({ port: 2 })
    await caller.answered()
    await caller.plays(Int16Array.from([...quiet(100), ...one]))
    t.equal(await chosen(box, caller), 'other', 'what was said during the prompt is nothing')
    const heard = caller.heard()
    t.ok(heardWhole(heard, prompts.menu, 80), 'and did not stop it')
    const promptEnd = stretchesOf(heard, prompts.menu.endHz)[0]!
    const bye = stretchesOf(heard, prompts['customer-whisper'].startHz)[0]!
    const waitedMs = bye.atMs - promptEnd.atMs - promptEnd.durationMs
    t.ok(waitedMs >= 950 && waitedMs < 2000, `1000 ms are waited, and the line's delay: ${waitedMs}`)
    t.match(await heardSoFar(), { noSpeech: 1 })
  })
})

t.test('a caller who knows the menu speaks into a long prompt, which stops', notInstalled, async (t) => {
  const text =
    'This is a very long text about all that could be said here and at this moment, before you say one or two.'
  const flow = flowOf({ Text: `${text} ${text}` })
  const box = await start(t, [flow, flow])
  const caller = await box.call()
  await caller.answered()
  await caller.plays(Int16Array.from([...quiet(2500), ...one, ...quiet(900)]))
  t.equal(await chosen(box, caller), 'one')
  // Both texts take some 14 s.
  const byeAtMs = stretchesOf(caller.heard(), prompts['customer-whisper'].startHz)[0]?.atMs ?? Infinity
  t.ok(byeAtMs < 9000, `the rest of the prompt was not said: over after ${byeAtMs} ms`)
})

t.test('a recogniser that crashes, then hangs: the error branch; others are unharmed', notInstalled, async (t) => {
  const folder = t.testdir({})
  const program = join(folder, 'recogniser')
  writeFileSync(
    program,
    `#!/bin/sh\n[ -e ${folder}/crashed ] && exec sleep 60\ntouch ${folder}/crashed\nkill -SEGV $$\n`,
  )
  chmodSync(program, 0o755)
  const box = await start(t, [flowOf(marked), flowOf(marked)], { program, timeoutS: 1 })
  for (const failed of [1, 2]) {
    const caller = await box.call({ port: 1 })
    const other = await box.call({ port: 2 })
    await Promise.all([caller.answered(), other.answered()])
    await Promise.all([caller.hears(prompts.menu.endHz, 60), other.hears(prompts.menu.endHz, 60)])
    await caller.plays(Int16Array.from([...quiet(300), ...one, ...quiet(900)]))
    await other.presses('2')
    await Promise.all([other.released({ withinMs: 20_000 }), caller.released({ withinMs: 20_000 })])
    await box.isAsBefore()
    const [first, second] = await box.daemon.records()
    t.same([first?.Attributes?.branch, second?.Attributes?.branch].sort(), ['other', 'two'])
    t.match((await box.daemon.status()).counters.recognisers, { failed, recogniserFaults: failed })
  }
})

t.test('speech of the box begins soon after its block does', async (t) => {
  const text = (said: string, id: string) => ({ type: 'MessageParticipant', parameters: { Text: said }, id })
  const mark = (id: string) => ({ type: 'MessageParticipant', parameters: { PromptId: 'menu' }, id })
  const flow = flowDocument('contactFlow', 'Main', [
    mark('Mark 1'),
    text('Peter, this is new.', 'New 1'),
    mark('Mark 2'),
    text('Paula, this is new, too.', 'New 2'),
    mark('Mark 3'),
    text('Boris, and this.', 'New 3'),
    mark('Mark 4'),
    text('Peter, this is new.', 'Known'),
    { type: 'DisconnectParticipant' },
  ])
  const box = await startBox(t, { files: { 'flows/Main.json': flow } })
  const caller = await box.call()
  await caller.answered()
  await caller.released({ withinMs: 30_000 })
  const heard = caller.heard()
  const afterMs = stretchesOf(heard, prompts.menu.endHz).map(({ atMs, durationMs }) => {
    const endMs = atMs + durationMs
    for (let ms = endMs + 20; ms < endMs + 3000; ms += 5)
      if (levelDbm0(heard.subarray(ms * 8, (ms + 10) * 8)) > -45) return ms - endMs
    return Infinity
  })
  t.comment(`speech began ${afterMs.map((ms) => Math.round(ms)).join(', ')} ms after the block before it ended`)
  t.equal(afterMs.length, 4)
  const known = afterMs.pop() ?? Infinity
  t.ok(known <= 300, 'a text said before: within 300 ms')
  const [, median = Infinity] = afterMs.sort((a, b) => a - b)
  t.ok(median <= 300, 'a new text: within 300 ms, unless the machine was busy with others')
})
