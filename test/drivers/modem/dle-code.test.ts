// DLE shielding, both ways: whatever is sent as sound comes back as the same sound, however the bytes are cut.
import t from 'tap'
import { DleDecoder, shield } from '../../../drivers/modem/dle-code.ts'

function decode(chunks: Uint8Array[]) {
  const sound: number[] = []
  const events: string[] = []
  const decoder = new DleDecoder({
    sound: (bytes) => void sound.push(...bytes),
    event: (code) => void events.push(String.fromCharCode(code)),
    complex: (text) => void events.push(`X${text}`),
    ended: () => void events.push('end'),
  })
  const used = chunks.map((chunk) => decoder.push(chunk))
  return { sound, events, used }
}

const all = Uint8Array.from({ length: 1024 }, (_, i) => (i * 7) & 0xff)

t.same(decode([shield(all)]).sound, [...all], 'every value passes')
for (const size of [1, 2, 3, 7]) {
  const bytes = shield(all)
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  t.same(decode(chunks).sound, [...all], `in chunks of ${size}`)
}
t.same(decode([Uint8Array.of(1, 0x10, 0x1a, 2)]).sound, [1, 0x10, 0x10, 2], 'SUB stands for two')
t.same(decode([Buffer.from('\x01\x10d\x02\x10/', 'latin1')]), { sound: [1, 2], events: ['d', '/'], used: [6] })
t.same(decode([Buffer.from('\x10XDATE=1.\x05', 'latin1')]), { sound: [5], events: ['XDATE=1'], used: [10] })
t.same(decode([Buffer.from('\x01\x10\x03\r\nOK', 'latin1')]), { sound: [1], events: ['end'], used: [3] }, 'text stays')
const endless = decode([Buffer.from(`\x10X${'a'.repeat(500)}`, 'latin1')])
t.equal(endless.events[0]?.length, 201, 'a complex event that never ends is cut off')
