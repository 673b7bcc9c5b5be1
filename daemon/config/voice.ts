// What voice.yaml becomes: engines and recognisers as daemon/voice and daemon/speech take them, with the values of their
// secret headers; and what a schema can't say of it.
import { resolve } from 'node:path'
import type { Fault } from '../fault.ts'
import type { RecogniserDefinition } from '../speech/recogniser.ts'
import type { EngineDefinition, VoiceRule } from '../voice/engine.ts'
import { code } from './codes.ts'
import type { ConfigDocument } from './document.ts'
import type { Headers } from './headers.ts'
import { missingFile, programFaults, urlFaults } from './integrations.ts'
import { child, findAll } from './place.ts'
import { ownerName } from './references.ts'
import type { DeclaredVoice } from './schema.ts'

export interface VoiceConfiguration {
  engines: EngineDefinition[]
  rules: VoiceRule[]
  recognisers: RecogniserDefinition[]
  promptSources: { from: string; to: string; headers: Record<string, string> }[]
}

export function voiceOf(
  declared: DeclaredVoice | undefined,
  directory: string,
  headers: Record<'engines' | 'recognisers' | 'promptSources', Headers>,
): VoiceConfiguration {
  return {
    engines: (declared?.engines ?? []).map((engine, index): EngineDefinition => {
      if (engine.kind === 'http') return { ...engine, headers: headers.engines.byIndex.get(index) ?? {} }
      const [program = '', ...args] = engine.command
      return { ...engine, command: [program.includes('/') ? resolve(directory, program) : program, ...args] }
    }),
    rules: declared?.voices ?? [],
    promptSources: (declared?.promptSources ?? []).map((source, index) => ({
      ...source,
      headers: headers.promptSources.byIndex.get(index) ?? {},
    })),
    recognisers: (declared?.recognisers ?? []).map(
      (recogniser, index): RecogniserDefinition =>
        recogniser.kind === 'http'
          ? { ...recogniser, headers: headers.recognisers.byIndex.get(index) ?? {} }
          : recogniser,
    ),
  }
}

export function voiceFaults(document: ConfigDocument, directory: string): Fault[] {
  return [
    ...urlFaults(document, 'engines.*.url'),
    ...urlFaults(document, 'recognisers.*.url'),
    ...urlFaults(document, 'promptSources.*.to'),
    ...programFaults(document, 'engines', 'engine', directory),
    ...unreachableRules(document),
    ...missingModels(document),
  ]
}

/** Behind a rule for every voice in every language there is nothing left. */
function unreachableRules(document: ConfigDocument): Fault[] {
  const rules = findAll(document.value, 'voices.*')
  const last = rules.findIndex(
    ({ value }) => child(value, 'voice') === undefined && child(value, 'language') === undefined,
  )
  const first = last < 0 ? undefined : rules[last + 1]
  if (!first) return []
  const message = 'No voice gets here: the one before is for every voice in every language.'
  return [document.fault(code.voiceUnreachable, first.path, message, 'Put that one last.', { severity: 'warning' })]
}

/** A warning: the box speaks and answers without them. */
function missingModels(document: ConfigDocument): Fault[] {
  return findAll(document.value, 'recognisers.*').flatMap(({ path, value }) => {
    if (child(value, 'kind') !== 'pocketsphinx') return []
    const dictionary = child(value, 'dictionary') ?? '/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict'
    if (typeof dictionary !== 'string' || missingFile(dictionary) === undefined) return []
    const owner = ownerName(document.value, path, 'Recogniser')
    const message = `${owner} has no model on this machine: ${dictionary} ${missingFile(dictionary)}.`
    const mend = 'Install the packages pocketsphinx and pocketsphinx-en-us, or name the model by its path.'
    return [document.fault(code.modelNotFound, path, message, mend, { severity: 'warning' })]
  })
}
