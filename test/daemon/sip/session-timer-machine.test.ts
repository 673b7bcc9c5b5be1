// Session timers (RFC 4028), as tables.
import t from 'tap'
import {
  agreedTerms,
  answerTimer,
  nextSessionTimer,
  readTimerHeaders,
  timerRequestHeaders,
} from '../../../daemon/sip/session-timer-machine.ts'

const read = (lines: Record<string, string[]>) => readTimerHeaders((key) => lines[key] ?? [])

t.test('headers, sound and broken', async (t) => {
  for (const [lines, expected] of [
    [{}, { expiresS: undefined, refresher: undefined, minS: 90, supported: false }],
    [{ 'session-expires': ['1800'] }, { expiresS: 1800, refresher: undefined }],
    [{ 'session-expires': ['600 ;Refresher=UAS'] }, { expiresS: 600, refresher: 'uas' }],
    [{ 'session-expires': ['600;x=y; refresher = uac'] }, { expiresS: 600, refresher: 'uac' }],
    [{ 'session-expires': ['soon'] }, { expiresS: undefined }],
    [{ 'session-expires': ['600;refresher=me'] }, { expiresS: 600, refresher: undefined }],
    [{ 'min-se': ['120'] }, { minS: 120 }],
    [{ 'min-se': ['1'] }, { minS: 90 }],
    [{ supported: ['100rel', 'replaces, Timer'] }, { supported: true }],
    [{ supported: ['timers'] }, { supported: false }],
  ] as const)
    t.match(read(lines as unknown as Record<string, string[]>), expected, JSON.stringify(lines))
})

t.test('our answer to a request, when we wish for 1800 s', async (t) => {
  for (const [lines, expected] of [
    [{}, 'none'],
    [{ supported: ['timer'] }, '1800;uac they'],
    [{ supported: ['timer'], 'session-expires': ['600'] }, '600;uac they'],
    [{ supported: ['timer'], 'session-expires': ['600;refresher=uas'] }, '600;uas we'],
    [{ supported: ['timer'], 'session-expires': ['7200;refresher=uac'] }, '1800;uac they'],
    [{ supported: ['timer'], 'session-expires': ['7200'], 'min-se': ['3600'] }, '3600;uac they'],
    [{ supported: ['timer'], 'session-expires': ['89'] }, 'tooSmall'],
    // A proxy asked: it could not understand a 422, and nobody but us can refresh.
    [{ 'session-expires': ['60'] }, '90;uas we'],
    [{ 'session-expires': ['600'] }, '600;uas we'],
  ] as const) {
    const answer = answerTimer(read(lines as unknown as Record<string, string[]>), 1800)
    const [value, required] = answer.verdict === 'agreed' ? answer.headers : []
    const told =
      answer.verdict === 'agreed'
        ? `${value!.replace('Session-Expires: ', '').replace('refresher=', '')} ${answer.terms.weRefresh ? 'we' : 'they'}`
        : answer.verdict
    t.equal(told, expected, JSON.stringify(lines))
    t.equal(required !== undefined, told.includes('uac'), 'Require: timer, when they refresh')
  }
})

t.test('what a 2xx settles, and what requests say', async (t) => {
  t.equal(agreedTerms(read({})), undefined)
  t.same(agreedTerms(read({ 'session-expires': ['600;refresher=uas'] })), { expiresS: 600, weRefresh: false })
  t.same(agreedTerms(read({ 'session-expires': ['600'] })), { expiresS: 600, weRefresh: true })
  t.same(timerRequestHeaders(1800, 90), ['Session-Expires: 1800'])
  t.same(timerRequestHeaders(1800, 3600), ['Session-Expires: 3600', 'Min-SE: 3600'])
  t.same(timerRequestHeaders(1800, 90, { expiresS: 600, weRefresh: false }), ['Session-Expires: 600;refresher=uas'])
})

t.test('the machine', async (t) => {
  const running = (expiresS: number, weRefresh: boolean) =>
    ({ name: 'running', terms: { expiresS, weRefresh } }) as const
  const off = { name: 'off' } as const
  const clear = { do: 'clearTimers' } as const
  const timer = (name: 'refresh' | 'expiry', afterMs: number) => ({ do: 'setTimer', timer: name, afterMs }) as const
  for (const [state, input, next, effects] of [
    [off, { type: 'agreed', terms: undefined }, off, [clear]],
    [
      off,
      { type: 'agreed', terms: running(1800, true).terms },
      running(1800, true),
      [clear, timer('expiry', 1_768_000), timer('refresh', 900_000)],
    ],
    [
      running(1800, true),
      { type: 'agreed', terms: running(90, false).terms },
      running(90, false),
      [clear, timer('expiry', 60_000)],
    ],
    [running(90, true), { type: 'refreshDue' }, running(90, true), [{ do: 'refresh' }]],
    [running(90, true), { type: 'refreshFailed' }, running(90, true), [timer('refresh', 7500)]],
    [running(90, true), { type: 'expiryDue' }, off, [clear, { do: 'expire' }]],
    [running(90, true), { type: 'agreed', terms: undefined }, off, [clear]],
    [off, { type: 'refreshDue' }, off, []],
    [off, { type: 'expiryDue' }, off, []],
  ] as const)
    t.same(nextSessionTimer(state, input), { next, effects }, `${state.name}, ${input.type}`)
})
