// The files in systemd/, checked by systemd's own tools through scripts/check-units.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Test, test } from 'tap'

const root = new URL('../../../', import.meta.url).pathname
const present = spawnSync('systemd-analyze', ['--version']).status === 0

/** A copy of the checkout as far as units are concerned, with one line of the unit changed. */
function changedCheckout(t: Test, change: (unit: string) => string): string {
  const copy = t.testdir({ scripts: {}, node_modules: { '.bin': {} } })
  cpSync(join(root, 'systemd'), join(copy, 'systemd'), { recursive: true })
  cpSync(join(root, 'scripts/check-units'), join(copy, 'scripts/check-units'))
  symlinkSync(process.execPath, join(copy, 'node_modules/.bin/node'))
  mkdirSync(join(copy, 'daemon'))
  const unit = join(copy, 'systemd/cordboard.service')
  writeFileSync(unit, change(readFileSync(unit, 'utf8')))
  return copy
}

const checkUnits = (folder: string) => spawnSync(join(folder, 'scripts/check-units'), { encoding: 'utf8' })

test('the shipped units are clean and the exposure is below 3.0', (t) => {
  const { status, stdout, stderr } = checkUnits(root)
  if (!present) {
    t.equal(status, 77)
    t.match(stdout, /not run/)
    t.comment('units: not run, there is no systemd-analyze here')
    return t.end()
  }
  t.equal(status, 0, stderr)
  t.match(stdout, /cordboard\.service: verify is clean/)
  t.match(stdout, /exposure [0-2]\.[0-9], below 3\.0/)
  t.end()
})

const broken: [name: string, change: (unit: string) => string, complaint: RegExp][] = [
  ['a misspelt setting', (unit) => unit.replace('WatchdogSec=', 'WatchdogSecs='), /verify complains/],
  ['a program that is not there', (unit) => unit.replace('/.bin/node ', '/.bin/mode '), /verify complains/],
  [
    'a unit without hardening',
    (unit) => unit.replaceAll(/^(Protect|Restrict|SystemCall|Capability|NoNew).*$/gm, ''),
    /exposure is 3\.0 or more/,
  ],
]
for (const [name, change, complaint] of broken)
  test(`the check finds ${name}`, (t) => {
    if (present) {
      const { status, stderr } = checkUnits(changedCheckout(t, change))
      t.equal(status, 1)
      t.match(stderr, complaint)
    } else t.comment('not run, there is no systemd-analyze here')
    t.end()
  })

test('what the daemon relies on stands in the unit', (t) => {
  const unit = readFileSync(join(root, 'systemd/cordboard.service'), 'utf8')
  const seconds = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(unit)?.[1])
  t.match(unit, /^Type=notify$/m)
  t.match(unit, /^RestartPreventExitStatus=2$/m, 'a bad configuration is not retried')
  t.notMatch(unit, /^MemoryDenyWriteExecute=yes/m, 'V8 writes code')
  t.notMatch(unit, /^PrivateDevices=yes/m, 'serial devices')
  t.ok(seconds('TimeoutStopSec') >= 60 + 15, 'longer than the default drain and the orderly end after it')
  t.ok(seconds('WatchdogSec') >= 10)
  t.end()
})
