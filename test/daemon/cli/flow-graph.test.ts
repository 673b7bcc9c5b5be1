import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { cordboard, root } from './cli-support.ts'

const main = join(root, 'config/instance/flows/main.json')

test('a picture in a file', async (t) => {
  const file = join(t.testdir({}), 'main.svg')
  const { exitCode, out } = await cordboard('flow', 'graph', main, '--output', file)
  t.same([exitCode, out], [0, ''])
  const svg = readFileSync(file, 'utf8')
  t.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
  t.match(svg, />Ask for a key</)
  t.match(svg, /<\/svg>\n$/)
})

test('a picture on the standard output', async (t) => {
  const { exitCode, out } = await cordboard('flow', 'graph', main)
  t.equal(exitCode, 0)
  t.match(out, /<\/svg>$/)
})

test('a faulty flow is drawn, its faults are told; what is none is not', async (t) => {
  const dir = t.testdir({
    'faulty.json':
      '{"Version": "2019-10-30", "StartAction": "a", "Actions": [{"Identifier": "a", "Type": "Unheard", "Transitions": {"NextAction": "b"}}]}',
    'none.json': '[]',
  })
  const faulty = await cordboard('flow', 'graph', join(dir, 'faulty.json'))
  t.equal(faulty.exitCode, 0)
  t.match(faulty.out, /not connected/)
  t.match(faulty.err, /FLOW-111/)
  t.equal((await cordboard('flow', 'graph', join(dir, 'none.json'))).exitCode, 1)
  t.equal((await cordboard('flow', 'graph')).exitCode, 2)
  t.equal((await cordboard('flow', 'graph', main, '--output', join(dir, 'no', 'such.svg'))).exitCode, 1)
})
