// What stands in for Lambda and Lex.
import type { Bots } from '../bots/bots.ts'
import { createBots } from '../bots/create-bots.ts'
import { createFunctions } from '../functions/create-functions.ts'
import type { Functions } from '../functions/functions.ts'
import type { Started, Surroundings } from './surroundings.ts'

export function buildIntegrations(of: Surroundings, started: Started): { functions: Functions; bots: Bots } {
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
  return { functions, bots }
}
