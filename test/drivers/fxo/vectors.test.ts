// The frames that the board's protocol gives as examples are what it says they are: read and made by what the box uses.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { decodeToBoard, decodeToHost, encodeToBoard, encodeToHost } from '../../../drivers/fxo/board-codec.ts'
import { encodeFrame, FrameReader } from '../../../drivers/fxo/frame-code.ts'

const protocol = readFileSync(`${import.meta.dirname}/../../../drivers/fxo/board.proto`, 'utf8')
const vectors = [...protocol.matchAll(/^\/\/ {3}(ToBoard|ToHost) ([0-9a-f]+)\n\/\/ {5}(\{.*\})$/gm)]

/** The one message in the bytes, and the bytes that it makes. */
function readAndMade(way: string | undefined, bytes: Buffer): [object, Buffer] {
  const [frame, ...more] = new FrameReader().push(bytes)
  if (!frame || more.length > 0) throw new Error('not one frame')
  if (way === 'ToBoard') {
    const decoded = decodeToBoard(frame)
    if (decoded.is !== 'message') throw new Error(decoded.is)
    return [decoded.message, encodeFrame(encodeToBoard(decoded.message))]
  }
  const decoded = decodeToHost(frame)
  if (decoded.is !== 'message') throw new Error(decoded.is)
  return [decoded.message, encodeFrame(encodeToHost(decoded.message))]
}

t.test('there are vectors both ways', async (t) => {
  t.ok(vectors.filter(([, way]) => way === 'ToBoard').length >= 3)
  t.ok(vectors.filter(([, way]) => way === 'ToHost').length >= 2)
})

for (const [, way, hex = '', says = ''] of vectors)
  t.test(`${way} ${says}`, async (t) => {
    const [message, made] = readAndMade(way, Buffer.from(hex, 'hex'))
    t.match(message, JSON.parse(says))
    t.equal(made.toString('hex'), hex)
  })
