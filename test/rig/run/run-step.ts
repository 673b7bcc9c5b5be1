// One step of a scenario: done by the simulated far end, or by the person at the rig where the line is real; seen and
// measured on the box's side. A step that goes wrong throws with what was awaited.
import { levelDbm0, makeTone, tonePresentMs } from '../../support/tones.ts'
import { until } from '../../support/wait.ts'
import type { SimulatedFarEnd } from './far-end.ts'
import { digitsIn, echoLossDb, hearTone, onsetMs, speech } from './listening.ts'
import type { Measures } from './measures.ts'
import type { Step } from './scenario.ts'
import { isReady, lineName, type Stage } from './stage.ts'

export interface Rig {
  stage: Stage
  /** Undefined: the line is real. */
  farEnd: SimulatedFarEnd | undefined
  measures: Measures
  /** Tells the person at the rig what to do. */
  ask(what: string): void
  hungUpAtMs: number | undefined
}

const callMs = 20_000
/** A person at the rig needs time. */
const personMs = 60_000
const toneHz = 1020
const toneDbm0 = -10
const toneMs = 1200

const port = ({ stage }: Rig) => {
  const id = stage.leg?.portId
  if (id === undefined) throw new Error('there is no call to measure')
  return id
}

export async function runStep(rig: Rig, step: Step): Promise<void> {
  const { stage, farEnd, measures } = rig
  const withinMs = farEnd ? callMs : personMs
  if ('callerCalls' in step) {
    const { number } = step.callerCalls
    if (farEnd) await farEnd.call(step.callerCalls)
    else rig.ask(`call the line${number === undefined ? ' with your number withheld' : ''}`)
  } else if ('boxSeesCaller' in step) {
    const leg = await stage.legs.next('a caller', () => true, { withinMs })
    const { number } = step.boxSeesCaller
    measures.callerId = leg.remote.address ?? leg.remote.withheld ?? 'none'
    if (farEnd && leg.remote.address !== number)
      throw new Error(`the caller's number is ${leg.remote.address ?? 'not known'}, not ${number ?? 'withheld'}`)
  } else if ('boxAnswers' in step) {
    if (!(await stage.leg?.answer())) throw new Error('the caller had gone before the answer')
  } else if ('boxCalls' in step) {
    stage.take(stage.lines.call(lineName, step.boxCalls, { address: step.boxCalls }))
  } else if ('farEndAnswers' in step) {
    const startedMs = performance.now()
    const event = await stage.events.next('the answer', ({ type }) => type === 'answered' || type === 'ended', {
      withinMs,
    })
    if (event.type !== 'answered') throw new Error(`the call ended: ${stage.leg?.end?.reason}`)
    measures.answerMs = Math.round(event.atMs - startedMs)
    const { by } = step.farEndAnswers
    const counted = Object.keys(stage.view().counters).find((name) => name.startsWith('answeredBy.'))
    if (farEnd && by !== undefined && counted !== `answeredBy.${by}`)
      throw new Error(`the answer was told by ${counted}, not by ${by}`)
  } else if ('callFails' in step) {
    const { end } = await ended(rig, withinMs)
    if (end.reason !== step.callFails.reason)
      throw new Error(`the call failed with ${end.reason}, not with ${step.callFails.reason}`)
  } else if ('callerHangsUp' in step) {
    if (farEnd) await farEnd.hangUp(step.callerHangsUp)
    else rig.ask('hang up')
    rig.hungUpAtMs = performance.now()
  } else if ('boxSeesHangUp' in step) {
    const event = await ended(rig, farEnd ? step.boxSeesHangUp.withinMs : personMs)
    if (farEnd && rig.hungUpAtMs !== undefined) measures.disconnectMs = Math.round(event.atMs - rig.hungUpAtMs)
  } else if ('boxHangsUp' in step) {
    await stage.leg?.hangUp('rig')
  } else if ('lineIsFree' in step) {
    const { withinMs } = step.lineIsFree
    if (farEnd) await until('the exchange to see the release', () => farEnd.isFree(), { withinMs })
    else await until('the line to be idle', () => stage.view().state === 'idle', { withinMs })
  } else if ('measureSound' in step) await measureSound(rig)
  else if ('measureEcho' in step) await measureEcho(rig, step.measureEcho.leastDb)
  else if ('measureDrift' in step) await measureDrift(rig, step.measureDrift)
  else if ('callerPresses' in step) {
    const before = stage.events.all.length
    if (farEnd) await farEnd.press(step.callerPresses)
    else rig.ask(`press ${step.callerPresses}`)
    const heard = () =>
      stage.events.all.slice(before).flatMap((event) => (event.type === 'digitReceived' ? [event.digit] : []))
    const isWhole = () => heard().length >= step.callerPresses.length
    const waitMs = farEnd ? 3000 + 200 * step.callerPresses.length : personMs
    // What was not heard by then is told by the rate.
    await until('the digits', isWhole, { withinMs: waitMs }).catch(() => undefined)
    measures.digits('in', step.callerPresses, heard().join(''))
  } else if ('boxPresses' in step) {
    const before = farEnd?.heard().length ?? 0
    const { leg } = stage
    if (leg?.sendDigits) await leg.sendDigits(step.boxPresses)
    else await stage.audio.sendDigits(port(rig), step.boxPresses)
    if (!farEnd) return
    const decoded = () => digitsIn(farEnd.heard().subarray(before))
    const isWhole = () => decoded().length >= step.boxPresses.length
    // What was not heard by then is told by the rate.
    await until('the digits', isWhole, { everyMs: 200 }).catch(() => undefined)
    measures.digits('out', step.boxPresses, decoded())
  } else if ('callerSpeaks' in step) {
    const { seconds } = step.callerSpeaks
    if (!farEnd) return rig.ask(`speak for ${seconds} s, and press no key`)
    const before = stage.events.all.length
    await farEnd.say(speech(seconds))
    const heardMs = await hearTone.pause(seconds * 1000)
    const falseDigits = stage.events.all.slice(before).filter(({ type }) => type === 'digitReceived').length
    if (stage.leg?.state !== 'talking') throw new Error('speech was taken for a hang-up')
    measures.speech(falseDigits, heardMs)
  } else if ('neighbour' in step) {
    if (!farEnd) rig.ask(step.neighbour === 'picksUp' ? 'pick up another telephone on the line' : 'put it back')
    else if (farEnd.neighbour) await farEnd.neighbour(step.neighbour === 'picksUp')
    else throw new Error('this device has no pair to share')
  } else if ('boxSeesNeighbour' in step) {
    const isSo = () => (stage.view().inUse === true) === step.boxSeesNeighbour
    await until(`the line ${step.boxSeesNeighbour ? '' : 'not '}to be in use by another telephone`, isSo, { withinMs })
  } else if ('plug' in step) {
    if (farEnd) await farEnd.plug(step.plug === 'in')
    else rig.ask(step.plug === 'in' ? 'plug the device in again' : 'pull out the plug of the device')
  } else if ('boxSeesDevice' in step) {
    const isThere = () => (stage.view().state !== 'faulted') === step.boxSeesDevice
    await until(`the device to be ${step.boxSeesDevice ? 'there' : 'gone'}`, isThere, { withinMs })
    if (step.boxSeesDevice && !(await isReady(stage))) throw new Error('the line is not ready')
  } else if ('boxFallsSilent' in step) await stage.fallSilent()
  else if (farEnd?.speakMajors) {
    await farEnd.speakMajors(step.firmwareSpeaks)
    await farEnd.plug(false)
    await farEnd.plug(true)
  } else throw new Error('the firmware of a real device is what it is')
}

async function ended({ stage }: Rig, withinMs: number) {
  const event = await stage.events.next('the end of the call', ({ type }) => type === 'ended', { withinMs })
  if (event.type !== 'ended') throw new Error('no end')
  return event
}

/** A tone from the far end, then one to it: its level as it comes, and how late. */
async function measureSound(rig: Rig): Promise<void> {
  const { stage, farEnd, measures } = rig
  if (!farEnd) return rig.ask('nothing: level and delay need a simulated far end')
  const tone = makeTone(toneHz, toneMs, toneDbm0)
  const listening = hearTone(stage.audio, port(rig))
  const saidAtMs = performance.now()
  await farEnd.say(tone)
  await until('the box to hear the far end', () => tonePresentMs(listening.sound(), toneHz) >= toneMs - 200)
  listening.stop()
  const onset = listening.onsetMs(toneHz)
  measures.levelIn = levelOf(listening.sound()) - toneDbm0
  if (onset !== undefined) measures.delayInMs = Math.max(0, Math.round(onset - saidAtMs))
  measures.wave('in', listening.sound())

  stage.audio.addPrompt('rig', tone)
  const before = farEnd.heard().length
  const playedAtMs = performance.now()
  const playback = stage.audio.play(port(rig), [{ kind: 'prompt', promptId: 'rig' }])
  let heard = farEnd.heard().subarray(before)
  let nowMs = performance.now()
  await until(
    'the far end to hear the box',
    () => {
      nowMs = performance.now()
      heard = farEnd.heard().subarray(before)
      const at = onsetMs(heard, toneHz)
      if (at !== undefined && measures.delayOutMs === undefined)
        measures.delayOutMs = Math.max(0, Math.round(nowMs - (heard.length / 8 - at) - playedAtMs))
      return tonePresentMs(heard, toneHz) >= toneMs - 200
    },
    { everyMs: 5 },
  )
  await playback.ended
  measures.levelOut = levelOf(heard) - toneDbm0
  measures.wave('out', heard)
}

/** Of the loudest half second. */
function levelOf(sound: Int16Array): number {
  const half = 4000
  let loudest = Number.NEGATIVE_INFINITY
  for (let at = 0; at + half <= sound.length; at += half / 4)
    loudest = Math.max(loudest, levelDbm0(sound.subarray(at, at + half)))
  return loudest
}

async function measureEcho(rig: Rig, leastDb: number | undefined): Promise<void> {
  const { stage, measures } = rig
  const { lossDb, courseDb } = await echoLossDb(stage.audio, port(rig))
  measures.echoLossDb = lossDb
  measures.echoCourseDb = courseDb
  if (leastDb !== undefined && lossDb < leastDb)
    throw new Error(`${lossDb.toFixed(1)} dB of echo loss, at least ${leastDb} are wanted`)
}

async function measureDrift(rig: Rig, wanted: { seconds: number; ppm: number; withinPpm: number }): Promise<void> {
  const { stage, farEnd, measures } = rig
  const said = () => {
    const { counters, details } = stage.view()
    // Of the sound's own flow where the driver tells it, else of the board's answers to its pings.
    const ppm = details.driftPpm ?? counters['device.clockPpm']
    return typeof ppm === 'number' ? ppm : undefined
  }
  const course: number[] = []
  for (let second = 0; second < wanted.seconds; second++) {
    await hearTone.pause(1000)
    const ppm = said()
    if (ppm !== undefined) course.push(ppm)
  }
  const ppm = course.at(-1)
  if (ppm === undefined) throw new Error('the line tells no drift of its clock')
  measures.driftPpm = ppm
  measures.driftCourse = course
  if (farEnd && Math.abs(ppm - wanted.ppm) > wanted.withinPpm)
    throw new Error(`${ppm} ppm were measured, ${wanted.ppm} ± ${wanted.withinPpm} are set`)
}
