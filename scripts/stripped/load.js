// Loads the product's TypeScript without its types as strip.js has left it on disk, so that no thread of the daemon loads
// Node's stripper (10 MB and more). Node's own compile cache does that too, but keeps all it has read: 9 MB (measured
// 2026-11). Preloaded (--import) by scripts/daemon, which says where; plain JavaScript, since it comes before all else.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { strippedName } from './name.js'

// A thread may have an environment of its own.
const directory = isMainThread ? (process.env.CORDBOARD_STRIPPED ?? '') : String(getEnvironmentData('stripped'))
if (isMainThread) setEnvironmentData('stripped', directory)
/** Threads begin when the process has all it needs. */
let isAsked = !isMainThread

/** @param {Buffer} source */
function find(source) {
  try {
    return readFileSync(join(directory, strippedName(source)), 'utf8')
  } catch {
    // Not there, or not to be read: it is stripped anew, or by Node.
    return undefined
  }
}

/** In a process of its own, which takes the stripper's memory with it. */
function stripAll() {
  isAsked = true
  try {
    execFileSync(process.execPath, [join(import.meta.dirname, 'strip.js'), directory], { stdio: 'pipe' })
  } catch (fault) {
    console.error(`code without types could not be kept in ${directory}, which costs memory: ${fault}`)
  }
}

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
    const source = readFileSync(fileURLToPath(url))
    let stripped = find(source)
    if (stripped === undefined && !isAsked) {
      stripAll()
      stripped = find(source)
    }
    if (stripped === undefined) return nextLoad(url, context)
    return { format: 'module', source: stripped, shortCircuit: true }
  },
})
