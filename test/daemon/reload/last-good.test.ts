import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { hasLastGood, keepLastGood, lastGoodDirectory, settleLastGood } from '../../../daemon/reload/last-good.ts'

t.test('a copy of the configuration in force', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'cordboard-last-good-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  const [instance, storage] = [join(root, 'instance'), join(root, 'storage')]
  for (const folder of [storage, join(instance, 'secrets'), join(instance, '.git')])
    mkdirSync(folder, { recursive: true })
  writeFileSync(join(instance, 'box.yaml'), 'first')
  writeFileSync(join(instance, 'secrets', 'ann'), 'password', { mode: 0o600 })
  const kept = (file: string) => readFileSync(join(lastGoodDirectory(storage), file), 'utf8')

  t.test('there is none at first', async (t) => {
    t.notOk(hasLastGood(storage))
  })

  t.test('it has every file, secrets as closed as they were, and nothing hidden', async (t) => {
    keepLastGood(instance, storage)
    t.ok(hasLastGood(storage))
    t.equal(kept('box.yaml'), 'first')
    t.equal(statSync(join(lastGoodDirectory(storage), 'secrets', 'ann')).mode & 0o777, 0o600)
    t.throws(() => statSync(join(lastGoodDirectory(storage), '.git')), { code: 'ENOENT' })
  })

  t.test('the next one takes its place, with what was deleted gone', async (t) => {
    writeFileSync(join(instance, 'box.yaml'), 'second')
    rmSync(join(instance, 'secrets', 'ann'))
    keepLastGood(instance, storage)
    t.equal(kept('box.yaml'), 'second')
    t.throws(() => kept('secrets/ann'), { code: 'ENOENT' })
  })

  t.test('a power cut between the two renames leaves the one before', async (t) => {
    renameSync(lastGoodDirectory(storage), `${lastGoodDirectory(storage)}.old`)
    settleLastGood(storage)
    t.equal(kept('box.yaml'), 'second')
  })

  t.test('a source that can not be read leaves the one before', async (t) => {
    t.throws(() => keepLastGood(join(root, 'nowhere'), storage), { code: 'ENOENT' })
    t.equal(kept('box.yaml'), 'second')
  })
})
