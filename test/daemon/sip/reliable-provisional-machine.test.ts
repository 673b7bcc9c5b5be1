// Provisional responses that are acknowledged (RFC 3262), as tables.
import t from 'tap'
import {
  countsInOrder,
  names100rel,
  nextReliable,
  parseRSeq,
} from '../../../daemon/sip/reliable-provisional-machine.ts'

const rack = '7 1 INVITE'
const unconfirmed = (resendMs: number) => ({ name: 'unconfirmed', rack, resendMs }) as const
const [idle, confirmed, over] = [{ name: 'idle' }, { name: 'confirmed' }, { name: 'over' }] as const
const send = { do: 'send' } as const
const clear = { do: 'clearTimers' } as const
const refuse = { do: 'refusePrack' } as const
const timer = (name: 'resend' | 'giveUp', afterMs: number) => ({ do: 'setTimer', timer: name, afterMs }) as const

t.test('the machine', async (t) => {
  for (const [state, input, next, effects] of [
    [idle, { type: 'wanted', rack }, unconfirmed(500), [send, timer('resend', 500), timer('giveUp', 32_000)]],
    [unconfirmed(500), { type: 'wanted', rack: '8 1 INVITE' }, unconfirmed(500), []],
    [unconfirmed(500), { type: 'resendDue' }, unconfirmed(1000), [send, timer('resend', 1000)]],
    [unconfirmed(8000), { type: 'resendDue' }, unconfirmed(16_000), [send, timer('resend', 16_000)]],
    [unconfirmed(500), { type: 'prackReceived', rack }, confirmed, [clear, { do: 'acceptPrack' }]],
    [unconfirmed(500), { type: 'prackReceived', rack: '8 1 INVITE' }, unconfirmed(500), [refuse]],
    [idle, { type: 'prackReceived', rack }, idle, [refuse]],
    [confirmed, { type: 'prackReceived', rack }, confirmed, [refuse]],
    [unconfirmed(500), { type: 'giveUpDue' }, over, [clear, { do: 'abandon' }]],
    [unconfirmed(500), { type: 'finalSent' }, over, [clear]],
    [confirmed, { type: 'resendDue' }, confirmed, []],
    [confirmed, { type: 'giveUpDue' }, confirmed, []],
    [over, { type: 'prackReceived', rack }, over, [refuse]],
  ] as const)
    t.same(nextReliable(state, input), { next, effects }, `${state.name}, ${input.type}`)
})

t.test('their order', async (t) => {
  for (const [last, rseq, counts] of [
    [undefined, 900, true],
    [900, 901, true],
    [900, 900, false],
    [900, 902, false],
    [900, 899, false],
  ] as const)
    t.equal(countsInOrder(last, rseq), counts, `${last} then ${rseq}`)
})

t.test('RSeq, sound and broken', async (t) => {
  for (const [text, rseq] of [
    ['1', 1],
    [' 4294967295 ', 4_294_967_295],
    ['4294967296', undefined],
    ['0', undefined],
    ['-1', undefined],
    ['1 INVITE', undefined],
    [undefined, undefined],
  ] as const)
    t.equal(parseRSeq(text), rseq, String(text))
})

t.test('100rel, wherever it stands', async (t) => {
  t.ok(names100rel(['timer', 'replaces, 100REL']))
  t.notOk(names100rel(['100relay']))
  t.notOk(names100rel([]))
})
