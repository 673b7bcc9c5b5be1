// Every shape that a call can take, with sipp on the other side, over real sockets; several at a time.
import { availableParallelism } from 'node:os'
import t from 'tap'
import { callShapes } from '../../interop/shapes/all.ts'
import { playShape } from '../../interop/shapes/shape.ts'

t.setTimeout(120_000)
// They wait more than they work.
t.jobs = 4 * availableParallelism()

for (const shape of callShapes)
  t.test(shape.name, { buffered: true }, async (t) => {
    await t.resolves(playShape(shape))
  })
