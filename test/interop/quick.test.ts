// The cases of scripts/interop that need no more than the programs of every test.
import t from 'tap'
import { baresipCases } from './baresip-cases.ts'
import { sippCases } from './sipp-cases.ts'

t.setTimeout(180_000)

for (const { name, run } of [...baresipCases, ...sippCases])
  t.test(name, async (t) => {
    await t.resolves(run())
  })
