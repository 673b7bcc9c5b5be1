// Callers on lines, from the ring to the release, with pretended hardware and a clock the test turns.
import t from 'tap'
import { settle } from '../../support/mock-clock.ts'
import { inOffice, Office } from './office.ts'

t.test('until the device is there, a line is faulted; then it is put on-hook and idle', async (t) => {
  const office = new Office()
  office.lines.start()
  t.equal(office.state(), 'faulted')
  office.driver.ready()
  t.same(
    office.driver.commands.map(({ port, type }) => `${port} ${type}`),
    ['1 goOnHook', '2 goOnHook'],
  )
  await office.clock.advance(1500)
  t.equal(office.state(), 'idle')
  await office.lines.stop()
  t.equal(office.clock.liveTimers, 0)
})

inOffice('a caller is announced with number and name once the caller ID is there', async (t, office) => {
  await office.ring()
  t.equal(office.legs.length, 0, 'not before')
  await office.clock.advance(600)
  office.driver.signal({ type: 'callerIdReceived', port: 1, number: '+15550001', name: 'ANN' })
  t.match(office.legs[0], {
    kind: 'line',
    direction: 'inbound',
    state: 'ringing',
    remote: { address: '+15550001', displayName: 'ANN' },
    local: { address: '+1555011' },
  })
})

inOffice('a caller without a caller ID is announced with the second ring', async (t, office) => {
  await office.ring()
  await office.clock.advance(4000)
  t.equal(office.legs.length, 0, 'not in the silence after the first: he may have given up')
  office.driver.signal({ type: 'ringStarted', port: 1, frequencyHz: 20 })
  t.same(office.legs[0]?.remote, { withheld: 'unavailable' })
})

inOffice('a caller who gives up after one ring is never announced', async (t, office) => {
  await office.ring()
  await office.clock.advance(6100)
  t.same([office.legs.length, office.state(), office.count('callsAbandoned')], [0, 'idle', 1])
})

inOffice('a caller who withholds the number is announced as such', async (t, office) => {
  await office.ring()
  office.driver.signal({ type: 'callerIdReceived', port: 1, withheld: 'private' })
  t.same(office.legs[0]?.remote, { withheld: 'private' })
})

inOffice('a caller who gives up while ringing is told as cancelled', async (t, office) => {
  const leg = await office.caller()
  await office.clock.advance(6100)
  t.same(leg.end, { by: 'farEnd', blame: 'none', reason: 'cancelled' })
  t.equal(office.state(), 'idle')
  t.equal(await leg.answer(), false, 'and can not be answered any more')
})

inOffice('one ring and no more: nobody hears of it', async (t, office) => {
  office.driver.signal({ type: 'ringStarted', port: 1, frequencyHz: 20 })
  await office.clock.advance(10_100)
  t.same([office.legs.length, office.state()], [0, 'idle'])
})

inOffice('an answered caller talks, with an audio port on the line’s PCM', async (t, office) => {
  const leg = await office.answered()
  t.equal(leg.state, 'talking')
  t.same(office.audio.open.get(leg.portId!), {
    pcmFile: '/fake/port1.pcm',
    name: 'line 1',
    silentAfterMs: 0,
    tones: [{ name: 'busy', pattern: [] }],
  })
  t.same(office.heard, [{ type: 'answered' }])
  t.match(leg.describe(), /^line:line 1 \+15550001 ▶ \+1555011 talking, audio port 1$/)
})

inOffice('asked twice, a caller is answered once', async (t, office) => {
  const leg = await office.caller()
  t.same(await Promise.all([leg.answer(), leg.answer()]), [true, true])
  t.equal(office.driver.commands.filter(({ type }) => type === 'goOffHook').length, 1)
})

inOffice('a key the caller presses is told', async (t, office) => {
  const leg = await office.answered()
  const digit = { digit: '5', source: 'inBand' as const, durationMs: 80 }
  office.audio.tell({ type: 'digitReceived', portId: leg.portId!, ...digit })
  office.audio.tell({ type: 'digitReceived', portId: 99, ...digit })
  t.same(office.heard.at(-1), { type: 'digitReceived', digit: '5' })
  t.equal(office.heard.length, 2, 'and those of other ports are not')
})

inOffice('a caller who hangs up: line released, leg ended, guard time, idle', async (t, office) => {
  const leg = await office.answered()
  office.loseCurrent()
  t.equal(leg.state, 'clearing')
  await settle()
  t.same(leg.end, { by: 'farEnd', blame: 'none', reason: 'hangUp' })
  t.equal(office.driver.commands.at(-1)?.type, 'goOnHook')
  t.equal(office.state(), 'clearing')
  await office.clock.advance(1000)
  t.equal(office.state(), 'idle')
})

inOffice('the current’s dip at the seizure is no hang-up', async (t, office) => {
  const leg = await office.caller()
  await leg.answer()
  await office.clock.advance(600)
  office.loseCurrent()
  t.equal(leg.state, 'talking')
  t.equal(office.count('currentLoss.tooEarly'), 1)
})

inOffice('a loss shorter than configured is no hang-up', async (t, office) => {
  const leg = await office.answered()
  office.loseCurrent(100)
  t.equal(leg.state, 'talking')
  t.equal(office.count('currentLoss.tooShort'), 1)
})

inOffice('we hang up: resolved when the line is on-hook', async (t, office) => {
  const leg = await office.answered()
  await leg.hangUp('flowEnded')
  t.same(leg.end, { by: 'us', blame: 'none', reason: 'flowEnded' })
  t.equal(office.driver.commands.at(-1)?.type, 'goOnHook')
  t.equal(leg.portId, undefined)
})

inOffice('a hang-up while the audio is opened leaves nothing open', async (t, office) => {
  const opened = Promise.withResolvers<void>()
  office.audio.opening = opened.promise
  const leg = await office.caller()
  const answer = leg.answer()
  await leg.hangUp()
  opened.resolve()
  await settle()
  t.equal(await answer, false)
  t.equal(office.audio.open.size, 0)
  t.notOk(office.driver.commands.some(({ type }) => type === 'goOffHook'))
})

inOffice('a caller nobody wants: told declined, rings on unheard, and the next one is announced', async (t, office) => {
  const leg = await office.caller()
  await leg.hangUp('declined')
  t.same(leg.end, { by: 'us', blame: 'none', reason: 'declined' })
  await office.clock.advance(1000)
  await office.ring()
  await office.clock.advance(6100)
  t.same([office.legs.length, office.state()], [1, 'idle'])
  await office.caller()
  t.equal(office.legs.length, 2)
})

inOffice('a line that can not be taken: the leg ends and blames the line', async (t, office) => {
  office.driver.answers.goOffHook = { done: false, refused: 'noBattery' }
  const leg = await office.caller()
  t.equal(await leg.answer(), false)
  await settle()
  t.same(leg.end, { by: 'us', blame: 'line', reason: 'noBattery' })
})

inOffice('audio that can not be opened: the leg ends and blames us, the line is not taken', async (t, office) => {
  office.audio.failsToOpen = true
  const leg = await office.caller()
  t.equal(await leg.answer(), false)
  await settle()
  t.same(leg.end, { by: 'us', blame: 'us', reason: 'audioFailed' })
  t.notOk(office.driver.commands.some(({ type }) => type === 'goOffHook'))
})

inOffice('an audio port that fails in mid-call ends the call', async (t, office) => {
  const leg = await office.answered()
  const { portId } = leg
  office.audio.open.delete(portId!)
  office.audio.tell({ type: 'portFailed', portId: portId!, reason: 'mapped memory is gone' })
  await settle()
  t.same(leg.end, { by: 'us', blame: 'us', reason: 'mediaLost' })
})

inOffice('the device is lost in mid-call: the leg ends, the line is faulted until it is back', async (t, office) => {
  const leg = await office.answered()
  office.driver.signal({ type: 'deviceLost', reason: 'mute' })
  await settle()
  t.same(leg.end, { by: 'us', blame: 'line', reason: 'deviceLost' })
  t.same([office.state(0), office.state(1)], ['faulted', 'faulted'])
  office.driver.ready()
  await office.clock.advance(1500)
  t.same([office.state(0), office.state(1)], ['idle', 'idle'])
})

inOffice('a release that is not confirmed is told again; the leg is let go in time', async (t, office) => {
  const leg = await office.answered()
  office.driver.answers.goOnHook = { done: false, refused: 'timeout' }
  const hungUp = leg.hangUp()
  await office.clock.advance(2000)
  await hungUp
  t.same(leg.end, { by: 'us', blame: 'line', reason: 'hangUp' })
  t.equal(office.state(), 'clearing', 'but the line is not free')
  await office.clock.advance(60_000)
  t.ok(office.driver.commands.filter(({ type }) => type === 'goOnHook').length > 90, 'and it is told for ever')
  office.driver.signal({ type: 'hookChanged', port: 1, hook: 'onHook' })
  await office.clock.advance(1000)
  t.equal(office.state(), 'idle')
})

inOffice('an idle line found off-hook is put on-hook', async (t, office) => {
  office.driver.signal({ type: 'hookChanged', port: 1, hook: 'offHook' })
  t.same(office.driver.commands, [{ port: 1, type: 'goOnHook' }])
  t.equal(office.count('unexpectedOffHooks'), 1)
})

inOffice('a caller who rings in the guard time is announced after it', async (t, office) => {
  const first = await office.answered()
  await first.hangUp()
  office.driver.signal({ type: 'ringStarted', port: 1, frequencyHz: 20 })
  await office.clock.advance(2000)
  office.driver.signal({ type: 'ringStopped', port: 1, durationMs: 2000 })
  office.driver.signal({ type: 'callerIdReceived', port: 1, number: '+15550002' })
  t.equal(office.legs[1]?.remote.address, '+15550002')
})

inOffice('an audio thread that never answers does not keep the leg', async (t, office) => {
  const leg = await office.answered()
  office.audio.closeNever = true
  const hungUp = leg.hangUp()
  await office.clock.advance(1100)
  await hungUp
  t.equal(leg.state, 'ended')
  office.audio.open.clear()
})

inOffice('what one caller’s flow throws harms no other line', async (t, office) => {
  const leg = await office.caller()
  leg.on(() => {
    throw new Error('a flow with a fault')
  })
  t.equal(await leg.answer(), true)
  t.equal(office.count('listenerFaults'), 1)
  office.driver.signal({ type: 'ringStarted', port: 2, frequencyHz: 20 })
  t.equal(office.state(1), 'ringing')
})

inOffice('the view tells state, battery, and the device’s counters', async (t, office) => {
  office.driver.signal({ type: 'batteryChanged', port: 1, battery: 'present' })
  await office.answered()
  t.match(office.lines.views()[0], {
    name: 'line 1',
    number: '+1555011',
    device: '/dev/fake',
    state: 'talking',
    battery: 'present',
    counters: { rings: 1, callerIds: 1, callsAnswered: 1, 'device.fakes': 1 },
  })
})

inOffice('a stop in mid-call hangs up first', async (t, office) => {
  const leg = await office.answered()
  await office.lines.stop()
  t.same(leg.end, { by: 'us', blame: 'none', reason: 'stopped' })
  t.equal(office.state(), 'faulted')
})

inOffice('a stop does not wait for hardware that never answers', async (t, office) => {
  const leg = await office.answered()
  office.driver.answers.goOnHook = 'mute'
  const stopped = office.lines.stop()
  await office.clock.advance(1000)
  await stopped
  t.equal(leg.state, 'ended')
})

inOffice('a stop that keeps a line leaves the caller on it, and hangs up on the others', async (t, office) => {
  const leg = await office.answered()
  await office.lines.stop(new Set(['line 1']))
  t.equal(office.driver.keptLines, true)
  t.same(
    office.driver.commands.filter(({ port, type }) => port === 1 && type === 'goOnHook'),
    [],
  )
  t.not(leg.end?.reason, 'stopped')
})

t.test('a daemon that starts takes over the line that was held, and clears one nobody waits for', async (t) => {
  const office = new Office(['line 1'])
  office.lines.start()
  office.driver.ready([1, 2])
  await office.clock.advance(10)
  const [leg] = office.legs
  t.equal(await leg?.answer(), true)
  t.equal(leg?.state, 'talking')
  t.same(office.driver.commands, [{ port: 2, type: 'goOnHook' }])
  t.equal(office.count('callsResumed'), 1)
  await office.lines.stop()
  t.match(leg?.end, { reason: 'stopped' })
})

inOffice('the exchange’s busy tone ends the call, and is counted', async (t, office) => {
  const leg = await office.answered()
  const portId = leg.portId
  if (portId === undefined) throw new Error('no audio')
  office.audio.tell({ type: 'toneHeard', portId, tone: 'busy' })
  await office.clock.advance(2000)
  t.same(leg.end, { by: 'farEnd', blame: 'none', reason: 'hangUp' })
  t.equal(office.count('tones.busy'), 1)
})

inOffice('who calls while the line is talked on is told until that talk is over', async (t, office) => {
  const leg = await office.answered()
  office.driver.signal({ type: 'callWaiting', port: 1, number: '+15550002', name: 'BEN' })
  t.same(office.lines.views()[0]?.waiting, { number: '+15550002', name: 'BEN' })
  t.equal(office.count('callsWaiting'), 1)
  t.equal(leg.state, 'talking')
  const over = leg.hangUp()
  await office.clock.advance(1000)
  await over
  t.equal(office.lines.views()[0]?.waiting, undefined)
})
