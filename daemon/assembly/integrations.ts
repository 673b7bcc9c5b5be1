// What stands in for Lambda, Lex and S3, and what understands callers.

import { join } from 'node:path'
import type { Bots } from '../bots/bots.ts'
import { createBots } from '../bots/create-bots.ts'
import { createFunctions } from '../functions/create-functions.ts'
import type { Functions } from '../functions/functions.ts'
import { FetchedPrompts } from '../prompts/fetched-prompts.ts'
import { createRecognisers } from '../speech/create-recognisers.ts'
import type { Recognisers } from '../speech/recogniser.ts'
import type { Started, Surroundings } from './surroundings.ts'

export interface Integrations {
  functions: Functions
  bots: Bots
  recognisers: Recognisers
  fetchedPrompts: FetchedPrompts
}

export function buildIntegrations(of: Surroundings, started: Started): Integrations {
  const { instance, clock, log } = of
  const functions = createFunctions({
    functions: instance.functions.values(),
    instanceDirectory: instance.directory,
    clock,
    log: log.child({ part: 'functions' }),
  })
  started('functions', () => functions.close())
  const bots = createBots({
    bots: instance.bots.values(),
    clock,
    timeZone: instance.box.instance.timeZone,
    log: log.child({ part: 'bots' }),
  })
  started('bots', () => bots.close())
  const recognisers = createRecognisers({
    definitions: instance.voice.recognisers,
    clock,
    log: log.child({ part: 'recognition' }),
  })
  started('recognisers', () => recognisers.close())
  const fetchedPrompts = new FetchedPrompts({
    sources: instance.voice.promptSources,
    directory: join(instance.box.storage.directory, 'prompts'),
    clock,
    log: log.child({ part: 'prompts' }),
  })
  started('fetched prompts', () => fetchedPrompts.close())
  return { functions, bots, recognisers, fetchedPrompts }
}
