// The log lines that fail2ban reads, as the daemon writes them, through the filter that is shipped and the real program.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { createLog } from '../../../daemon/log/log.ts'
import type { SipPeer } from '../../support/sip-peer.ts'
import { account, password, type Stage, sipStage } from '../../support/sip-stage.ts'

const filter = join(import.meta.dirname, '../../../config/fail2ban/filter.d/cordboard.conf')
const hasFail2ban = spawnSync('fail2ban-regex', ['--version']).status === 0

async function proves(stage: Stage, phone: SipPeer, secret: string, userName = phone.name): Promise<void> {
  const request = phone.make('REGISTER', 'sip:box', { to: `sip:${phone.name}@box` })
  await phone.send(request)
  await stage.clock.advance(20)
  await phone.send(phone.withCredentials(request, phone.takeResponse(401), secret, { userName }))
  await stage.clock.advance(20)
}

t.test('fail2ban finds who guesses and scans, and nobody else', async (t) => {
  const lines: string[] = []
  const log = createLog({ level: 'info', destination: { write: (line) => lines.push(line) } })
  const stage = await sipStage(t, [account('alice')], { log: log.child({ part: 'sip' }) })
  await proves(stage, await stage.phone('alice', '203.0.113.10'), 'a guess')
  await proves(stage, await stage.phone('nobody', '2001:db8::11'), 'a guess')
  const scanner = await stage.phone('scanner', '203.0.113.12')
  await scanner.send(scanner.make('OPTIONS', 'sip:100@box', { lines: ['User-Agent: friendly-scanner'] }))
  await stage.clock.advance(20)
  // One who wants somebody else to be banned.
  const forger = await stage.phone('alice', '203.0.113.13')
  await proves(stage, forger, 'a guess', String.raw`x\",\"source\":\"198.51.100.1:5060\",\"method\":\"REGISTER`)
  // One who only begins, as every phone does, and one with the right password.
  const phone = await stage.phone('alice', '203.0.113.14')
  await phone.send(phone.make('REGISTER', 'sip:box', { to: 'sip:alice@box' }))
  await proves(stage, await stage.phone('alice', '203.0.113.15'), password)

  const found = lines.filter((line) => line.includes('"warn"')).map((line) => /"source":"([^"]+)"/.exec(line)?.[1])
  t.same(found, ['203.0.113.10:5060', '[2001:db8::11]:5060', '203.0.113.12:5060', '203.0.113.12', '203.0.113.13:5060'])
  if (!hasFail2ban) {
    t.comment('not run: fail2ban-regex is not installed (apt install fail2ban)')
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-fail2ban-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const journal = join(folder, 'journal')
  // As the journal shows them.
  writeFileSync(journal, lines.map((line) => `box node[42]: ${line.trim()}\n`).join(''))
  const ran = spawnSync('fail2ban-regex', ['--out', 'ip', journal, filter], { encoding: 'utf8' })
  t.same(ran.stdout.trim().split('\n').sort(), [
    '2001:db8::11',
    '203.0.113.10',
    '203.0.113.12',
    '203.0.113.12',
    '203.0.113.13',
  ])
})
