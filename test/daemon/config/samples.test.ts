// Wrong configurations, each a folder of the files that are laid over the shipped instance, with the lines it must give.
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { InstanceCopy } from './shipped.ts'

const samples = join(import.meta.dirname, '../../samples/bad')

for (const name of readdirSync(samples).sort()) {
  t.test(`bad sample: ${name}`, async (t) => {
    const copy = new InstanceCopy()
    t.teardown(() => copy.dispose())
    cpSync(join(samples, name), copy.directory, { recursive: true })
    copy.remove('expected.txt')
    const expected = readFileSync(join(samples, name, 'expected.txt'), 'utf8')
      .trimEnd()
      .split('\n')
    t.same(copy.lines(), expected)
    t.equal(copy.load().instance, undefined, 'nothing to start from')
  })
}
