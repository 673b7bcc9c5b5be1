import { writeFileSync } from 'node:fs'
import t from 'tap'
import { withCopy } from './shipped.ts'

const ofPasswords = (lines: readonly string[]) =>
  lines.filter((line) => /CFG-33/.test(line)).map((line) => /^\S+ \w+ CFG-\d+/.exec(line)?.[0])

t.test('each agent gets the password of their own file, without the line end', async (t) => {
  withCopy((copy) => {
    copy.secret('ben', 'with spaces inside it\r\n')
    const { instance } = copy.load()
    t.equal(instance?.agents.get('anna')?.password, 'vXk7-qP2m-Wd9s')
    t.equal(instance?.agents.get('ben')?.password, 'with spaces inside it')
  })
})

t.test('each wrong password file has its own code, at its line', async (t) => {
  for (const [what, text, expected] of [
    ['empty', '', 'error CFG-334'],
    ['a line end only', '\n', 'error CFG-334'],
    ['seven characters', 'a8Xq2!k\n', 'error CFG-335'],
    ['the one everybody tries', 'Password123\n', 'error CFG-335'],
    ['the user name and a year', 'anna2024\n', 'error CFG-335'],
    ['one letter over and over', 'aaaaaaaaaaaaaaaa\n', 'error CFG-335'],
    ['two lines', 'vXk7-qP2m-Wd9s\nvXk7-qP2m-Wd9s\n', 'error CFG-336'],
    ['a space behind it', 'vXk7-qP2m-Wd9s \n', 'error CFG-336'],
    ['more than a password', 'x'.repeat(2000), 'error CFG-336'],
  ] as const)
    withCopy((copy) => {
      copy.secret('anna', text)
      t.same(ofPasswords(copy.lines()), [`agents.yaml:13:21: ${expected}`], what)
      t.equal(copy.load().instance, undefined)
    })
})

t.test('a missing file is an error for a start, a warning for a check', async (t) => {
  withCopy((copy) => {
    copy.remove('secrets/anna')
    t.same(ofPasswords(copy.lines()), ['agents.yaml:13:21: error CFG-332'])
    t.same(ofPasswords(copy.lines({ secrets: 'optional' })), ['agents.yaml:13:21: warning CFG-332'])
    const { instance } = copy.load({ secrets: 'optional' })
    t.equal(instance?.agents.get('anna')?.password, undefined)
    t.equal(instance?.agents.get('ben')?.password, 'b3Rt-zY8n-Lc4f')
  })
})

t.test('a file that others can read is a warning; the group may', async (t) => {
  withCopy((copy) => {
    copy.remove('secrets/anna').remove('secrets/ben')
    copy.secret('anna', 'vXk7-qP2m-Wd9s\n', 0o644)
    copy.secret('ben', 'b3Rt-zY8n-Lc4f\n', 0o640)
    t.same(ofPasswords(copy.lines()), ['agents.yaml:13:21: warning CFG-337'])
    t.ok(copy.load().instance, 'the box starts all the same')
  })
})

t.test('a password never stands in a fault, wherever it was written', async (t) => {
  withCopy((copy) => {
    copy.secret('anna', 'tiny7\n')
    copy.edit('agents.yaml', 'secrets/ben', 'OopsThisIsThePassword9')
    copy.edit('agents.yaml', 'srtp: offered', 'password: hunter2hunter2')
    const shown = JSON.stringify(copy.load())
    for (const secret of ['tiny7', 'OopsThisIsThePassword9', 'hunter2hunter2']) t.notOk(shown.includes(secret), secret)
    t.match(shown, /CFG-335/)
    t.match(shown, /CFG-332/)
    t.match(shown, /CFG-201/)
  })
})

t.test('an absolute path is taken as it is', async (t) => {
  withCopy((copy) => {
    const path = `${t.testdir()}/credential`
    writeFileSync(path, 'Elsewhere-4711\n', { mode: 0o600 })
    copy.edit('agents.yaml', 'secrets/ben', path)
    t.equal(copy.load().instance?.agents.get('ben')?.password, 'Elsewhere-4711')
  })
})
