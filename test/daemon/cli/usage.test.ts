import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { cordboard, root } from './cli-support.ts'

const commands = ['check', 'flow check', 'contacts', 'status', 'agent list', 'agent set']

for (const help of [['--help'], ['-h'], ['help']])
  test(`${help.join(' ')} lists every command, with the exit codes`, async (t) => {
    const { exitCode, out } = await cordboard(...help)
    t.equal(exitCode, 0)
    for (const command of commands) t.match(out, new RegExp(`^  ${command}  `, 'm'))
    t.match(out, /Exit codes: 0 .*; 1 .*; 2 /)
  })

for (const command of commands)
  test(`${command} --help tells its options and exit codes, and does nothing`, async (t) => {
    const { exitCode, out, err } = await cordboard(...command.split(' '), '--help')
    t.equal(exitCode, 0)
    t.match(out, new RegExp(`^Usage: cordboard ${command} `))
    t.match(out, /--json/)
    t.match(out, /Exit codes: 0 /)
    t.equal(err, '')
  })

test('every command of the list tells its usage and exit codes, and does nothing', async (t) => {
  const { out } = await cordboard('--help')
  const listed = [...out.matchAll(/^ {2}([a-z-]+(?: [a-z-]+)*) {2,}/gm)].map(([, name]) => name!)
  t.ok(listed.length >= commands.length)
  for (const name of listed) {
    const help = await cordboard(...name.split(' '), '--help')
    t.same({ exitCode: help.exitCode, err: help.err }, { exitCode: 0, err: '' }, name)
    t.match(help.out, new RegExp(`^Usage: cordboard ${name} [\\s\\S]*Exit codes: 0 `))
  }
})

for (const command of commands)
  test(`the README tells of ${command}`, (t) => {
    t.match(readFileSync(join(root, 'README.md'), 'utf8'), `cordboard ${command}`)
    t.end()
  })

test('agent --help is about agents only', async (t) => {
  const { exitCode, out } = await cordboard('agent', '--help')
  t.equal(exitCode, 0)
  t.match(out, /agent list/)
  t.notMatch(out, /contacts/)
})

const wrong: [args: string[], complaint: RegExp][] = [
  [[], /^Usage: cordboard COMMAND/],
  [['dance'], /There is no command “dance”/],
  [['dance', '--help'], /There is no command “dance --help”/],
  [['agent'], /agent what\? agent list, agent set/],
  [['flow', 'simulate'], /There is no command “flow simulate”/],
  [['status', '--loud'], /--loud[\s\S]*See: cordboard status --help/],
  [['status', 'now'], /now is one argument too many/],
  [['status', '--socket'], /--socket/],
  [['contacts', '--limit', 'all'], /--limit all: give a whole number from 1 to 100000/],
  [['contacts', '--limit', '0'], /whole number/],
  [['contacts', '--limit', '1e9'], /whole number/],
  [['flow', 'check'], /Name at least one flow file/],
  [['check', 'a', 'b'], /Name one directory, not 2/],
  [['agent', 'set', 'ann'], /Name one agent and one status/],
]
for (const [args, complaint] of wrong)
  test(`wrong usage is exit 2: cordboard ${args.join(' ')}`, async (t) => {
    const { exitCode, out, err } = await cordboard(...args)
    t.equal(exitCode, 2)
    t.equal(out, '')
    t.match(err, complaint)
  })
