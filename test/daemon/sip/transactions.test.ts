// The transaction and leg machines as tables: (state, input) → state, effects. Every pair that is not in the table must
// mean nothing.
import t from 'tap'
import { type LegInput, nextLegState } from '../../../daemon/sip/leg-machine.ts'
import { reliable, unreliable } from '../../../daemon/sip/transaction/timer-values.ts'
import { client } from '../../../daemon/sip/transaction/transaction-client.ts'
import { inviteClient } from '../../../daemon/sip/transaction/transaction-invite-client.ts'
import { inviteServer } from '../../../daemon/sip/transaction/transaction-invite-server.ts'
import type { Effect, Machine } from '../../../daemon/sip/transaction/transaction-machine.ts'
import { server } from '../../../daemon/sip/transaction/transaction-server.ts'

/** `resend+1000` sets a timer, `resend-` clears it. */
function words(effects: readonly Effect[]): string {
  return effects
    .map((effect) => {
      if (effect.do === 'setTimer') return `${effect.timer}+${effect.afterMs}`
      if (effect.do === 'clearTimer') return `${effect.timer}-`
      return effect.do === 'fail' ? `fail${effect.status}` : effect.do
    })
    .join(' ')
}

type Row = [from: string, input: string, to: string, effects: string]

function check<S extends { name: string }, I extends string>(
  name: string,
  machine: Machine<S, I>,
  states: Record<string, NoInfer<S>>,
  inputs: readonly NoInfer<I>[],
  rows: readonly Row[],
): void {
  t.test(name, async (t) => {
    for (const [from, input, to, effects] of rows) {
      const step = machine(states[from]!, input as I)
      t.ok(step, `${from} knows ${input}`)
      t.equal(step?.next.name, to, `${from} on ${input} becomes ${to}`)
      t.equal(words(step?.effects ?? []), effects, `${from} on ${input} does ${effects}`)
    }
    for (const [from, state] of Object.entries(states))
      for (const input of inputs)
        if (!rows.some((row) => row[0] === from && row[1] === input))
          t.equal(machine(state, input), undefined, `${from} ignores ${input}`)
  })
}

const quiet = 'resend- giveUp- linger+32000'

check(
  'INVITE client',
  inviteClient(unreliable),
  {
    calling: { name: 'calling', resendMs: 500 },
    callingLate: { name: 'calling', resendMs: 8000 },
    proceeding: { name: 'proceeding' },
    completed: { name: 'completed' },
    accepted: { name: 'accepted' },
    ended: { name: 'ended' },
  },
  [
    'started',
    'provisionalReceived',
    'successReceived',
    'failureReceived',
    'acknowledged',
    'cancelSent',
    'sendFailed',
    'connectionLost',
    'resendDue',
    'giveUpDue',
    'lingerDue',
  ],
  [
    ['calling', 'started', 'calling', 'resend+500 giveUp+32000 send'],
    ['calling', 'resendDue', 'calling', 'resend+1000 send'],
    ['calling', 'giveUpDue', 'ended', 'end fail408'],
    ['calling', 'sendFailed', 'ended', 'end fail503'],
    ['calling', 'connectionLost', 'ended', 'end fail503'],
    ['calling', 'provisionalReceived', 'proceeding', 'resend- giveUp- passUp'],
    ['calling', 'successReceived', 'accepted', `${quiet} passUp`],
    ['calling', 'failureReceived', 'completed', `${quiet} passUp`],
    ['callingLate', 'started', 'calling', 'resend+500 giveUp+32000 send'],
    ['callingLate', 'resendDue', 'calling', 'resend+16000 send'],
    ['callingLate', 'giveUpDue', 'ended', 'end fail408'],
    ['callingLate', 'sendFailed', 'ended', 'end fail503'],
    ['callingLate', 'connectionLost', 'ended', 'end fail503'],
    ['callingLate', 'provisionalReceived', 'proceeding', 'resend- giveUp- passUp'],
    ['callingLate', 'successReceived', 'accepted', `${quiet} passUp`],
    ['callingLate', 'failureReceived', 'completed', `${quiet} passUp`],
    ['proceeding', 'provisionalReceived', 'proceeding', 'resend- giveUp- passUp'],
    ['proceeding', 'successReceived', 'accepted', `${quiet} passUp`],
    ['proceeding', 'failureReceived', 'completed', `${quiet} passUp`],
    ['proceeding', 'cancelSent', 'proceeding', 'giveUp+32000'],
    ['proceeding', 'giveUpDue', 'ended', 'end fail408'],
    ['proceeding', 'connectionLost', 'ended', 'end fail503'],
    ['completed', 'acknowledged', 'completed', 'sendAck'],
    ['completed', 'failureReceived', 'completed', 'absorb sendAck'],
    ['completed', 'provisionalReceived', 'completed', 'absorb'],
    ['completed', 'lingerDue', 'ended', 'end'],
    ['accepted', 'successReceived', 'accepted', 'passUp'],
    ['accepted', 'provisionalReceived', 'accepted', 'absorb'],
    ['accepted', 'lingerDue', 'ended', 'end'],
  ],
)

check(
  'non-INVITE client',
  client(unreliable),
  {
    trying: { name: 'trying', resendMs: 500 },
    tryingLate: { name: 'trying', resendMs: 4000 },
    proceeding: { name: 'proceeding' },
    completed: { name: 'completed' },
    ended: { name: 'ended' },
  },
  ['started', 'provisionalReceived', 'finalReceived', 'sendFailed', 'resendDue', 'giveUpDue', 'lingerDue'],
  [
    ['trying', 'started', 'trying', 'resend+500 giveUp+32000 send'],
    ['trying', 'resendDue', 'trying', 'resend+1000 send'],
    ['trying', 'provisionalReceived', 'proceeding', 'passUp'],
    ['trying', 'finalReceived', 'completed', 'resend- giveUp- linger+5000 passUp'],
    ['trying', 'giveUpDue', 'ended', 'end fail408'],
    ['trying', 'sendFailed', 'ended', 'end fail503'],
    ['tryingLate', 'started', 'trying', 'resend+500 giveUp+32000 send'],
    ['tryingLate', 'resendDue', 'trying', 'resend+4000 send'],
    ['tryingLate', 'provisionalReceived', 'proceeding', 'passUp'],
    ['tryingLate', 'finalReceived', 'completed', 'resend- giveUp- linger+5000 passUp'],
    ['tryingLate', 'giveUpDue', 'ended', 'end fail408'],
    ['tryingLate', 'sendFailed', 'ended', 'end fail503'],
    ['proceeding', 'started', 'proceeding', 'resend+500 giveUp+32000 send'],
    ['proceeding', 'resendDue', 'proceeding', 'resend+4000 send'],
    ['proceeding', 'provisionalReceived', 'proceeding', 'passUp'],
    ['proceeding', 'finalReceived', 'completed', 'resend- giveUp- linger+5000 passUp'],
    ['proceeding', 'giveUpDue', 'ended', 'end fail408'],
    ['proceeding', 'sendFailed', 'ended', 'end fail503'],
    ['completed', 'provisionalReceived', 'completed', 'absorb'],
    ['completed', 'finalReceived', 'completed', 'absorb'],
    ['completed', 'lingerDue', 'ended', 'end'],
  ],
)

check(
  'INVITE server',
  inviteServer(unreliable),
  {
    silent: { name: 'proceeding', answered: false },
    proceeding: { name: 'proceeding', answered: true },
    accepted: { name: 'accepted', resendMs: 500 },
    acceptedLate: { name: 'accepted', resendMs: 4000 },
    acknowledged: { name: 'acknowledged' },
    completed: { name: 'completed', resendMs: 500 },
    confirmed: { name: 'confirmed' },
    ended: { name: 'ended' },
  },
  [
    'requestReceived',
    'ackReceived',
    'provisionalSent',
    'successSent',
    'failureSent',
    'resendDue',
    'giveUpDue',
    'lingerDue',
  ],
  [
    ['silent', 'requestReceived', 'proceeding', 'absorb'],
    ['silent', 'provisionalSent', 'proceeding', 'send'],
    ['silent', 'successSent', 'accepted', 'resend+500 giveUp+32000 send'],
    ['silent', 'failureSent', 'completed', 'resend+500 giveUp+32000 send'],
    ['proceeding', 'requestReceived', 'proceeding', 'absorb send'],
    ['proceeding', 'provisionalSent', 'proceeding', 'send'],
    ['proceeding', 'successSent', 'accepted', 'resend+500 giveUp+32000 send'],
    ['proceeding', 'failureSent', 'completed', 'resend+500 giveUp+32000 send'],
    ['accepted', 'requestReceived', 'accepted', 'absorb'],
    ['accepted', 'successSent', 'accepted', 'absorb'],
    ['accepted', 'resendDue', 'accepted', 'resend+1000 send'],
    ['accepted', 'ackReceived', 'acknowledged', `${quiet} passUp`],
    ['accepted', 'giveUpDue', 'ended', 'end ackMissing'],
    ['acceptedLate', 'requestReceived', 'accepted', 'absorb'],
    ['acceptedLate', 'successSent', 'accepted', 'absorb'],
    ['acceptedLate', 'resendDue', 'accepted', 'resend+4000 send'],
    ['acceptedLate', 'ackReceived', 'acknowledged', `${quiet} passUp`],
    ['acceptedLate', 'giveUpDue', 'ended', 'end ackMissing'],
    ['acknowledged', 'requestReceived', 'acknowledged', 'absorb'],
    ['acknowledged', 'successSent', 'acknowledged', 'absorb'],
    ['acknowledged', 'ackReceived', 'acknowledged', 'absorb'],
    ['acknowledged', 'lingerDue', 'ended', 'end'],
    ['completed', 'requestReceived', 'completed', 'absorb send'],
    ['completed', 'resendDue', 'completed', 'resend+1000 send'],
    ['completed', 'ackReceived', 'confirmed', 'resend- giveUp- linger+5000 passUp'],
    ['completed', 'giveUpDue', 'ended', 'end ackMissing'],
    ['confirmed', 'requestReceived', 'confirmed', 'absorb'],
    ['confirmed', 'ackReceived', 'confirmed', 'absorb'],
    ['confirmed', 'lingerDue', 'ended', 'end'],
  ],
)

check(
  'non-INVITE server',
  server(unreliable),
  { trying: { name: 'trying' }, completed: { name: 'completed' }, ended: { name: 'ended' } },
  ['started', 'requestReceived', 'finalSent', 'giveUpDue', 'lingerDue'],
  [
    ['trying', 'started', 'trying', 'giveUp+32000'],
    ['trying', 'requestReceived', 'trying', 'absorb'],
    ['trying', 'finalSent', 'completed', 'giveUp- linger+32000 send'],
    ['trying', 'giveUpDue', 'ended', 'end'],
    ['completed', 'requestReceived', 'completed', 'absorb send'],
    ['completed', 'finalSent', 'completed', 'absorb'],
    ['completed', 'lingerDue', 'ended', 'end'],
  ],
)

t.test('over a reliable transport nothing is resent and no copies are waited for', async (t) => {
  const effects = <S, I>(machine: Machine<S, I>, state: NoInfer<S>, input: NoInfer<I>) =>
    words(machine(state, input)?.effects ?? [])
  const calling = { name: 'calling', resendMs: 500 } as const
  t.equal(effects(inviteClient(reliable), calling, 'started'), 'giveUp+32000 send', 'no A')
  t.equal(effects(inviteClient(reliable), calling, 'failureReceived'), 'resend- giveUp- linger+0 passUp', 'D is zero')
  t.equal(effects(inviteClient(reliable), calling, 'successReceived'), `${quiet} passUp`, 'M is as ever')
  const trying = { name: 'trying', resendMs: 500 } as const
  t.equal(effects(client(reliable), trying, 'started'), 'giveUp+32000 send', 'no E')
  t.equal(effects(client(reliable), trying, 'finalReceived'), 'resend- giveUp- linger+0 passUp', 'K is zero')
  const answered = { name: 'proceeding', answered: true } as const
  const completed = { name: 'completed', resendMs: 500 } as const
  t.equal(effects(inviteServer(reliable), answered, 'failureSent'), 'giveUp+32000 send', 'no G')
  t.equal(effects(inviteServer(reliable), completed, 'ackReceived'), 'resend- giveUp- linger+0 passUp', 'I is zero')
  t.equal(effects(inviteServer(reliable), answered, 'successSent'), 'resend+500 giveUp+32000 send', 'a 2xx is resent')
  t.equal(effects(server(reliable), { name: 'trying' }, 'finalSent'), 'giveUp- linger+0 send', 'J is zero')
})

t.test('leg', async (t) => {
  const states = ['ringing', 'dialling', 'alerting', 'answering', 'talking', 'clearing', 'ended'] as const
  const inputs: LegInput[] = ['alerted', 'answerBegun', 'established', 'endBegun', 'released']
  const known: Record<string, string> = {
    'ringing answerBegun': 'answering',
    'answering established': 'talking',
    'dialling alerted': 'alerting',
    'dialling established': 'talking',
    'alerting established': 'talking',
    'ringing endBegun': 'clearing',
    'answering endBegun': 'clearing',
    'dialling endBegun': 'clearing',
    'alerting endBegun': 'clearing',
    'talking endBegun': 'clearing',
    'clearing released': 'ended',
  }
  for (const state of states)
    for (const input of inputs) t.equal(nextLegState(state, input), known[`${state} ${input}`], `${state} on ${input}`)
})
