// Hold and resume, by the phone and by the box: who must hear whom in each part of the talk, by the tones they say.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Leg } from '../../daemon/leg/leg.ts'
import { growingWavSamples } from '../support/growing-wav.ts'
import { account, password } from '../support/sip-stage.ts'
import { makeTone, tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'
import { phoneOf } from './baresip-cases.ts'
import { type Box, startBox } from './box.ts'
import { type InteropCase, type Undo, undoing } from './case.ts'
import { Linphone } from './linphone.ts'

const phoneHz = 620
const boxHz = 1020

/** The leg, with the box's tone on it (a prompt, or music while the far end is held), and all that it told. */
async function talkTo(box: Box, undo: Undo) {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-hold-'))
  undo.add(() => rmSync(folder, { recursive: true, force: true }))
  const leg = await box.called('alice')
  const told: string[] = []
  leg.on(({ type }) => told.push(type))
  box.audio.play(leg.portId!, [
    { kind: 'tone', frequenciesHz: [boxHz], levelDbm0: -10, cadenceMs: [], durationMs: 120_000 },
  ])
  return { leg, told, hearsPhone: () => hearsPhone(box, leg, folder) }
}

/** Until the box hears the phone's tone, or has not for a while. */
async function hearsPhone(box: Box, leg: Leg, folder: string): Promise<boolean> {
  const file = join(folder, `${performance.now()}.wav`)
  const recording = box.audio.record({ file, left: leg.portId! })
  const said = () => growingWavSamples(file).filter((_sample, at) => at % 2 === 0)
  // What is on its way when the hold begins is heard for some frames more.
  await until('a second of the call', () => said().length >= 8000, { withinMs: 5000 })
  await recording.stop()
  return tonePresentMs(said().subarray(4000), phoneHz) >= 300
}

const codecOf = (leg: Leg) => / (PCM[UA]|G722|opus) /.exec(leg.describe())?.[1]

const linphone = (srtp: boolean): InteropCase => ({
  name: `hold: linphone${srtp ? ' with SRTP' : ''} is held by the box, then holds it; each is heard again afterwards`,
  needs: ['linphonec', 'openssl'],
  run: () =>
    undoing(async (undo) => {
      const box = await startBox(undo, [
        account('alice', { srtp: srtp ? 'required' : 'off', codecs: ['PCMA', 'PCMU'] }),
      ])
      const to = { transport: 'udp', box: box.at('UDP'), srtp } as const
      const phone = await Linphone.start(undo, { ...to, userName: 'alice', password })
      await until('linphone to be signed in', () => box.endpoint.reachable('alice'), {
        withinMs: 15_000,
        instead: () => phone.tail(),
      })
      phone.speak(makeTone(phoneHz, 60_000, -10))
      const { leg, told, hearsPhone } = await talkTo(box, undo)
      await phone.told('connected')
      // It writes down what it has played whenever its stream changes.
      let playedMs = 0
      const hasPlayed = async (what: string) => {
        const beforeMs = playedMs
        await until(
          `the phone to have played ${what}`,
          () => {
            playedMs = tonePresentMs(phone.heard(), boxHz)
            return playedMs - beforeMs >= 600 || undefined
          },
          { withinMs: 5000, everyMs: 100 },
        )
      }
      assert.ok(await hearsPhone(), 'the box hears the phone')
      const spoken = codecOf(leg)

      assert.equal(await leg.setHold?.(true), true)
      await hasPlayed('the box')
      assert.equal(await hearsPhone(), false, 'a phone that is held says nothing')
      assert.equal(await leg.setHold?.(false), true)
      await hasPlayed('the music')
      assert.ok(await hearsPhone(), 'the box hears the phone again')

      phone.say('pause')
      await until('the leg to be held', () => told.includes('heldByFarEnd') || undefined)
      await hasPlayed('the box again')
      phone.say('resume')
      await until('the leg to be taken up again', () => told.includes('resumedByFarEnd') || undefined)
      assert.ok(await hearsPhone(), 'the box hears the phone after its own hold')
      assert.equal(leg.describe().includes(' srtp '), srtp)
      assert.equal(codecOf(leg), spoken, 'the codec is the one of before')
      await leg.hangUp()
      await hasPlayed('the box after its own hold')
    }),
})

/**
 * baresip 1.0 starts its player anew when it is held, without the filter by which its tests listen: that it hears us again
 * shows by the keys it is sent, which it tells.
 */
const baresip = (srtp: 'off' | 'required'): InteropCase => ({
  name: `hold: baresip${srtp === 'off' ? '' : ' with SRTP'} is held by the box twice, then holds it; each is heard again`,
  needs: ['baresip', 'openssl'],
  run: () =>
    undoing(async (undo) => {
      const box = await startBox(undo, [account('alice', { srtp })])
      const phone = await phoneOf(box, 'udp', { srtp })
      undo.add(() => phone.stop())
      await phone.registered()
      const { leg, told, hearsPhone } = await talkTo(box, undo)
      await phone.established()
      for (const key of ['1', '2']) {
        assert.equal(await leg.setHold?.(true), true)
        assert.equal(await hearsPhone(), false, 'a phone that is held says nothing')
        assert.equal(await leg.setHold?.(false), true)
        assert.ok(await hearsPhone(), 'the box hears the phone again')
        await box.audio.sendDigits(leg.portId!, key)
        await until(`the phone to hear ${key}`, () => phone.digitsHeard.includes(key) || undefined)
      }
      await phone.hold()
      await until('the leg to be held', () => told.includes('heldByFarEnd') || undefined)
      await phone.resume()
      await until('the leg to be taken up again', () => told.includes('resumedByFarEnd') || undefined)
      assert.ok(await hearsPhone(), 'the box hears the phone after its own hold')
      await box.audio.sendDigits(leg.portId!, '3')
      await until('the phone to hear 3', () => phone.digitsHeard.includes('3') || undefined)
      assert.equal(phone.securedCalls > 0, srtp === 'required')
      await leg.hangUp()
      await phone.closed()
    }),
})

export const holdCases: readonly InteropCase[] = [linphone(false), linphone(true), baresip('off'), baresip('required')]
