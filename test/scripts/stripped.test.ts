// Code without types: made once, taken by processes and threads, and done without where it can't be kept.
import { execFile } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const root = resolve(import.meta.dirname, '../..')
const preload = `--import=${join(root, 'scripts/stripped/load.js')}`
const code = join(root, 'daemon/flow/template.ts')

/** Whether the thread has loaded Node's own stripper. */
const hasStripper = `process.moduleLoadList.some((name) => name.includes('amaro'))`

async function run(directory: string, script: string): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', CORDBOARD_STRIPPED: directory }
  return await promisify(execFile)(process.execPath, [preload, '--input-type=module', '--eval', script], { env })
}

const load = `await import(${JSON.stringify(code)}); console.log(${hasStripper})`

t.test('code is stripped once, in a process of its own, and what is not the code of today goes', async (t) => {
  const directory = t.testdir({ 'code-of-yesterday.js': '' })
  t.match(await run(directory, load), { stdout: /^false/, stderr: '' })
  const made = readdirSync(directory)
  t.notOk(made.includes('code-of-yesterday.js'))
  t.ok(made.length > 400, `${made.length} files`)
  writeFileSync(join(directory, 'stays.js'), '')
  t.match(await run(directory, load), { stdout: /^false/, stderr: '' })
  t.ok(readdirSync(directory).includes('stays.js'), 'not made again')
})

t.test('a thread with an environment of its own takes it too', async (t) => {
  const directory = t.testdir({ 'thread.mjs': load })
  const options = JSON.stringify({ env: {}, execArgv: [preload] })
  const script = `
    import { Worker } from 'node:worker_threads'
    ${load}
    new Worker(${JSON.stringify(join(directory, 'thread.mjs'))}, ${options})`
  const { stdout } = await run(directory, script)
  t.equal(stdout, 'false\nfalse\n')
})

t.test('where it can not be kept, Node strips, and it is told', async (t) => {
  const { stdout, stderr } = await run('/dev/null/nowhere', load)
  t.equal(stdout, 'true\n')
  t.match(stderr, /code without types could not be kept in \/dev\/null\/nowhere/)
})
