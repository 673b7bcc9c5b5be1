// The toll-fraud guard: each rule with what it lets through and what it doesn't.
import t from 'tap'
import { readDialled } from '../../../daemon/carrier/dialled-number.ts'
import { emergencyNumbersOf } from '../../../daemon/carrier/emergency-numbers.ts'
import { type GuardedCall, judge } from '../../../daemon/carrier/guard.ts'
import { carriersSchema } from '../../../daemon/config/carrier-schema.ts'

const unused = { calls: 0, minutes: 0 }
const policyOf = (outbound: object) => carriersSchema.parse({ outbound }).outbound
const callTo = (number: string, more: Partial<GuardedCall> = {}): GuardedCall => ({
  number: readDialled(number, { country: 'GB', emergencyNumbers: emergencyNumbersOf('GB') }),
  used: unused,
  concurrent: 0,
  timeOfDay: '12:00',
  ...more,
})
const agent = (rights: object | undefined, used = unused): Partial<GuardedCall> => ({
  agent: { rights: rights as NonNullable<GuardedCall['agent']>['rights'], used },
})

const london = '+442079460101'
const newYork = '+12125550123'
const night = { night: { from: '22:00', to: '06:00', callsPerHour: 3, countries: ['GB'] } }

t.test('verdicts', async (t) => {
  const cases: [what: string, policy: object, call: GuardedCall, wanted: string][] = [
    ['the own country, when nothing is said', {}, callTo(london), 'allowed'],
    ['abroad, when nothing is said', {}, callTo(newYork), 'notAllowed'],
    ['abroad, where the country is named', { countries: ['GB', 'US'] }, callTo(newYork), 'allowed'],
    ['the own country, where only another is named', { countries: ['US'] }, callTo(london), 'notAllowed'],
    ['a neighbour that shares the country code', { countries: ['GB'] }, callTo('+441534456789'), 'notAllowed'],
    ['satellite', { countries: ['GB', 'US'] }, callTo('+881612345678'), 'notAllowed'],
    ['a prefix that is named', { allowedPrefixes: ['+800'] }, callTo('+80012345678'), 'allowed'],
    ['a prefix that is blocked', { blockedPrefixes: ['+4420'] }, callTo(london), 'notAllowed'],
    [
      'blocked goes before allowed',
      { blockedPrefixes: ['+44'], allowedPrefixes: ['+44'] },
      callTo(london),
      'notAllowed',
    ],
    ['premium rate', {}, callTo('09098790001'), 'notAllowed'],
    ['premium rate, where it is wanted', { premiumRate: true }, callTo('09098790001'), 'allowed'],
    ['a personal number, dear like premium rate', {}, callTo('07012345678'), 'notAllowed'],
    ['no number', {}, callTo('hello'), 'invalidNumber'],
    ['an emergency number', { countries: [], concurrentCalls: 0, callsPerHour: 0 }, callTo('999'), 'allowed'],
    ['an agent who may not', {}, callTo(london, agent({ allowed: false })), 'notAllowed'],
    ['an agent who may not, in an emergency', {}, callTo('999', agent({ allowed: false })), 'allowed'],
    [
      'an agent with countries of their own',
      {},
      callTo(newYork, agent({ allowed: true, countries: ['US'] })),
      'allowed',
    ],
    [
      'an agent held to fewer',
      { countries: ['GB', 'US'] },
      callTo(newYork, agent({ allowed: true, countries: ['GB'] })),
      'notAllowed',
    ],
    ['calls at once', { concurrentCalls: 2 }, callTo(london, { concurrent: 2 }), 'atCapacity'],
    ['the last call at once', { concurrentCalls: 2 }, callTo(london, { concurrent: 1 }), 'allowed'],
    ['calls in an hour', { callsPerHour: 5 }, callTo(london, { used: { calls: 5, minutes: 0 } }), 'volumeLimit'],
    ['minutes in an hour', { minutesPerHour: 60 }, callTo(london, { used: { calls: 1, minutes: 60 } }), 'volumeLimit'],
    [
      'an agent’s calls',
      { agent: { callsPerHour: 2 } },
      callTo(london, agent(undefined, { calls: 2, minutes: 0 })),
      'volumeLimit',
    ],
    [
      'an agent’s minutes',
      {},
      callTo(london, agent({ allowed: true, minutesPerHour: 10 }, { calls: 1, minutes: 11 })),
      'volumeLimit',
    ],
    [
      'an agent with more of their own',
      { agent: { callsPerHour: 2 } },
      callTo(london, agent({ allowed: true, callsPerHour: 9 }, { calls: 2, minutes: 0 })),
      'allowed',
    ],
    [
      'night, within its limit',
      night,
      callTo(london, { timeOfDay: '23:00', used: { calls: 2, minutes: 1 } }),
      'allowed',
    ],
    [
      'night, beyond its limit',
      night,
      callTo(london, { timeOfDay: '05:59', used: { calls: 3, minutes: 1 } }),
      'nightLimit',
    ],
    [
      'night, another country',
      { ...night, countries: ['GB', 'US'] },
      callTo(newYork, { timeOfDay: '22:00' }),
      'nightLimit',
    ],
    ['the night is over', { ...night, countries: ['GB', 'US'] }, callTo(newYork, { timeOfDay: '06:00' }), 'allowed'],
    [
      'a night before midnight',
      { night: { from: '18:00', to: '20:00' } },
      callTo(london, { timeOfDay: '19:00' }),
      'nightLimit',
    ],
    [
      'night, in an emergency',
      { night: { from: '00:00', to: '23:59' } },
      callTo('999', { timeOfDay: '03:00' }),
      'allowed',
    ],
  ]
  for (const [what, policy, call, wanted] of cases) {
    const verdict = judge(policyOf(policy), 'GB', call)
    t.equal('refused' in verdict ? verdict.refused : 'allowed', wanted, what)
  }
})
