// Voice names of flows, and what the speech program is told for each.
import t from 'tap'
import { espeakVoice, isKnownVoice } from '../../../daemon/voice/voices.ts'

const name = (voiceId: string, languageCode = 'en-US') =>
  espeakVoice({ voiceId, languageCode, engine: '', style: '' }).name

const cases: [voiceId: string, languageCode: string, espeak: string][] = [
  ['Joanna', 'de-DE', 'en-us+f3'],
  ['joanna', 'de-DE', 'en-us+f3'],
  ['Matthew', 'en-US', 'en-us+m3'],
  ['Amy', 'en-GB', 'en-gb+f3'],
  ['Lucia', 'en-US', 'es+f2'],
  ['Mia', 'en-US', 'es-419+f3'],
  ['Camila', 'en-US', 'pt-br+f3'],
  ['Zeina', 'en-US', 'ar+f3'],
  ['Zhiyu', 'en-US', 'cmn+f3'],
  ['Liv', 'en-US', 'nb+f3'],
  ['nobody', 'de-AT', 'de+f3'],
  ['nobody', 'en-AU', 'en-gb+f3'],
  ['nobody', 'pt', 'pt+f3'],
  ['nobody', 'xx-XX', 'en-us+f3'],
  ['constructor', '../../etc/passwd', 'en-us+f3'],
  ['nobody', '', 'en-us+f3'],
]
for (const [voiceId, languageCode, espeak] of cases)
  t.test(`${voiceId} in ${languageCode}`, async (t) => {
    t.equal(name(voiceId, languageCode), espeak)
  })

t.test('whatever a flow writes, the name stays in our own alphabet', async (t) => {
  for (const text of ['-w/tmp/x', 'en;rm', 'EN-us', 'de\n', 'fr-FR-x', '--'])
    t.match(name(text, text), /^[a-z]{2,3}(-[a-z0-9]+)*\+[fm][0-9]$/)
})

t.test('which names are known', async (t) => {
  t.same([isKnownVoice('Joanna'), isKnownVoice('HAL')], [true, false])
})
