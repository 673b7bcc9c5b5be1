// The prompts of an instance: every WAV file of its folder, within the memory that all of them together may take.
import { join } from 'node:path'
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import { fault } from './document.ts'
import type { Prompt } from './instance.ts'
import { loadPrompt } from './prompt.ts'

export interface LoadedPrompts {
  prompts: Map<string, Prompt>
  /** Of all files, sound or not. */
  names: Set<string>
  faults: Fault[]
}

/** Prompts stay in memory, ready to be played: all of them together, as samples. Four and a half hours. */
const mostSampleBytes = 256 * 1024 * 1024

export function loadPrompts(directory: string, files: readonly string[]): LoadedPrompts {
  const loaded: LoadedPrompts = { prompts: new Map(), names: new Set(), faults: [] }
  let bytes = 0
  for (const name of files) {
    const file = join(directory, 'prompts', name)
    const promptName = name.slice(0, -'.wav'.length)
    loaded.names.add(promptName)
    if (bytes > mostSampleBytes) continue
    const result = loadPrompt(file, file)
    if ('faults' in result) {
      loaded.faults.push(...result.faults)
      continue
    }
    loaded.prompts.set(promptName, result.prompt)
    bytes += result.prompt.samples.byteLength
    if (bytes > mostSampleBytes) {
      const message = `The prompts up to this one take more than ${mostSampleBytes / 1024 / 1024} MB of memory.`
      loaded.faults.push(
        fault({ file }, code.promptsTooLarge, message, 'Remove prompts that no flow plays, or shorten them.'),
      )
    }
  }
  return loaded
}
