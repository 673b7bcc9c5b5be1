// An entry by digits, as a table: what is pressed and what runs out, and what comes of it.
import t from 'tap'
import {
  beginCollect,
  type CollectEffect,
  type CollectInput,
  type CollectRules,
  type CollectState,
  collectStep,
} from '../../../daemon/voice/collect-machine.ts'

const rules: CollectRules = {
  firstDigitTimeoutMs: 5000,
  interDigitTimeoutMs: 3000,
  maximumDigits: 4,
  terminator: '#',
  cancelKey: true,
}
const menu: CollectRules = { ...rules, maximumDigits: 1, terminator: '', cancelKey: false }
const long: CollectRules = { ...rules, terminator: '##' }

/**
 * A case is a line: digits are pressed, `e` is the end of the prompt, `t` a timer that fires. The result is the line
 * of effects: `S` stops the prompt, `F` and `I` set the timer for the first and for the next digit, then the entry in
 * quotes or `timeout`.
 */
const cases: [what: string, rules: CollectRules, hasPrompt: boolean, inputs: string, effects: string][] = [
  ['one key after the prompt', menu, true, 'e1', 'F "1"'],
  ['one key during the prompt', menu, true, '1', 'S "1"'],
  ['no key', menu, true, 'et', 'F timeout'],
  ['no prompt: the time runs at once', menu, false, 't', 'F timeout'],
  ['star and hash are keys of a menu', menu, true, '*', 'S "*"'],
  ['hash too', menu, true, 'e#', 'F "#"'],
  ['a full entry', rules, true, 'e1234', 'F I I I "1234"'],
  ['an entry ended by its terminator', rules, true, 'e12#', 'F I I "12"'],
  ['an entry ended by a gap', rules, true, 'e12t', 'F I I "12"'],
  ['an entry begun during the prompt', rules, true, '12#', 'S I I "12"'],
  ['the prompt ends after the first digit: nothing changes', rules, true, '1e2#', 'S I I "12"'],
  ['the terminator alone', rules, true, 'e#', 'F ""'],
  ['the cancel key erases, and the first wait begins anew', rules, true, 'e12*34#', 'F I I F I I "34"'],
  ['cancelled, then nothing', rules, true, 'e1*t', 'F I F timeout'],
  ['the cancel key during the prompt', rules, true, '*t', 'S F timeout'],
  ['the cancel key switched off is a digit', { ...rules, cancelKey: false }, true, 'e1*2#', 'F I I I "1*2"'],
  ['star as terminator ends instead of erasing', { ...rules, terminator: '*' }, true, 'e12*', 'F I I "12"'],
  ['no terminator: hash is a digit', { ...rules, terminator: '' }, true, 'e1#23', 'F I I I "1#23"'],
  ['a terminator of two', long, true, 'e12##', 'F I I I "12"'],
  ['half a terminator inside the entry', long, true, 'e1#23', 'F I I I "1#23"'],
  ['half a terminator at the end is part of the entry', long, true, 'e12#t', 'F I I I "12#"'],
  ['a full entry, then its terminator', long, true, 'e123##', 'F I I I I "123"'],
  ['no more than the maximum, even so', long, true, 'e1234', 'F I I I "1234"'],
  ['half a terminator beyond the maximum', { ...long, maximumDigits: 3 }, true, 'e12#t', 'F I I I "12#"'],
  ['digits after the end change nothing', menu, true, 'e12', 'F "1"'],
  ['a timer after the end changes nothing', menu, true, 'e1t', 'F "1"'],
  ['a timer during the prompt changes nothing', rules, true, 'te1#', 'F I "1"'],
  ['the prompt ends twice', rules, true, 'ee1#', 'F I "1"'],
]

const inputOf = (letter: string): CollectInput =>
  letter === 'e'
    ? { type: 'promptEnded' }
    : letter === 't'
      ? { type: 'timedOut' }
      : { type: 'digitPressed', digit: letter }

function effectText(effect: CollectEffect): string {
  if (effect.type === 'stopPrompt') return 'S'
  if (effect.type === 'setTimer') return effect.afterMs === 5000 ? 'F' : 'I'
  return effect.collected.outcome === 'timeout' ? 'timeout' : `"${effect.collected.digits}"`
}

for (const [what, rules, hasPrompt, inputs, effects] of cases)
  t.test(`${what}: ${inputs}`, async (t) => {
    const begun = beginCollect(rules, hasPrompt)
    const seen = [...begun.effects]
    let state: CollectState = begun.state
    for (const letter of inputs) {
      const step = collectStep(state, inputOf(letter), rules)
      state = step.state
      seen.push(...step.effects)
    }
    t.equal(seen.map(effectText).join(' '), effects)
    t.equal(state.phase, 'done')
  })

t.test('the machine does not change what it is given', async (t) => {
  const state: CollectState = Object.freeze({ phase: 'entering', entry: '1' })
  collectStep(state, { type: 'digitPressed', digit: '2' }, rules)
  t.same(state, { phase: 'entering', entry: '1' })
})
