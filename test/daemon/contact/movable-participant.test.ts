// A flow whose hearer changes while it speaks.
import t from 'tap'
import { chorus, MovableParticipant } from '../../../daemon/contact/movable-participant.ts'
import type { Collected, Participant, Speech } from '../../../daemon/flow/host.ts'
import { settle } from '../../support/mock-clock.ts'

const hello: Speech[] = [{ kind: 'text', text: 'Hello.', ssml: false }]
const entry = {
  prompt: hello,
  firstDigitTimeoutMs: 1,
  interDigitTimeoutMs: 1,
  maximumDigits: 1,
  terminator: '',
  cancelKey: false,
}

/** Hears until told that it is over. */
class Hearer implements Participant {
  readonly hearing: string[] = []
  finish: (collected: Collected) => void = () => undefined

  play(_speech: Speech[], signal: AbortSignal): Promise<void> {
    return this.#until('play', signal).then(() => undefined)
  }

  playRepeatedly(_speech: Speech[], _afterMs: number | undefined, signal: AbortSignal): Promise<void> {
    return this.#until('loop', signal).then(() => undefined)
  }

  collect(_options: object, signal: AbortSignal): Promise<Collected> {
    return this.#until('collect', signal)
  }

  #until(what: string, signal: AbortSignal): Promise<Collected> {
    this.hearing.push(what)
    const over = () => void this.hearing.splice(this.hearing.indexOf(what), 1)
    return new Promise((resolve, reject) => {
      this.finish = (collected) => {
        over()
        resolve(collected)
      }
      signal.addEventListener('abort', () => {
        over()
        reject(signal.reason)
      })
    })
  }
}

t.test('what is being said begins anew for whoever comes', async (t) => {
  const [anna, caller, { signal }] = [new Hearer(), new Hearer(), new AbortController()]
  const front = new MovableParticipant(anna)
  const playing = front.playRepeatedly(hello, undefined, signal)
  await settle()
  t.same(anna.hearing, ['loop'])
  front.moveTo(caller)
  await settle()
  t.same([anna.hearing, caller.hearing], [[], ['loop']])
  caller.finish({ outcome: 'timeout' })
  await playing
})

t.test('an entry is given by whoever is asked last', async (t) => {
  const [anna, caller, { signal }] = [new Hearer(), new Hearer(), new AbortController()]
  const front = new MovableParticipant(anna)
  const collected = front.collect(entry, signal)
  await settle()
  front.moveTo(caller)
  await settle()
  caller.finish({ outcome: 'digits', digits: '1' })
  t.same(await collected, { outcome: 'digits', digits: '1' })
})

t.test('an abort ends it for good', async (t) => {
  const [anna, stop] = [new Hearer(), new AbortController()]
  const front = new MovableParticipant(anna)
  const playing = front.play(hello, stop.signal)
  await settle()
  stop.abort(new Error('left'))
  await t.rejects(playing, { message: 'left' })
  t.same(anna.hearing, [])
})

t.test('a chorus hears together; the first answers for all', async (t) => {
  const [anna, caller, { signal }] = [new Hearer(), new Hearer(), new AbortController()]
  const all = chorus([caller, anna])
  const collected = all.collect(entry, signal)
  await settle()
  t.same([caller.hearing, anna.hearing], [['collect'], ['play']])
  caller.finish({ outcome: 'digits', digits: '7' })
  t.same(await collected, { outcome: 'digits', digits: '7' })
  t.same(anna.hearing, [], 'nothing goes on sounding')
})
