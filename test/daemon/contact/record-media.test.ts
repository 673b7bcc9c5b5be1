// How the calls of a contact went, in its record and back from the store's text.
import t from 'tap'
import { newRecord } from '../../../daemon/contact/record-builder.ts'
import { mediaMeasured } from '../../../daemon/contact/record-media.ts'
import { readRecord } from '../../../daemon/store/record-schema.ts'

const quality = {
  codec: 'opus',
  packetsReceived: 1500,
  packetsLost: 3,
  jitterMs: 2.5,
  worstJitterMs: 11,
  concealedFrames: 3,
  roundTripMs: 18.2,
  worstRoundTripMs: 40,
  farEndLossPercent: 0.4,
}

t.test('each party’s call stands by itself, and is read back', async (t) => {
  const begun = newRecord({
    contactId: 'c-1',
    channel: 'VOICE',
    initiationMethod: 'INBOUND',
    instanceArn: 'arn:aws:connect:local:000000000000:instance/x',
    atEpochMs: 1_800_000_000_000,
  })
  const one = mediaMeasured(begun, 'customer', quality, 1_800_000_060_000)
  const both = mediaMeasured(one, 'agent', { ...quality, codec: 'PCMU' }, 1_800_000_061_000)
  t.strictSame(both.Cordboard.media, { Customer: quality, Agent: { ...quality, codec: 'PCMU' } })
  const read = readRecord(JSON.stringify(both))
  t.strictSame('record' in read && read.record.Cordboard.media, both.Cordboard.media)
  const spoiled = JSON.stringify(both).replace('"packetsLost":3', '"packetsLost":"many"')
  t.match(readRecord(spoiled), { fault: /packetsLost/ })
})
