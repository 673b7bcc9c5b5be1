// Options of the soak scripts: whole numbers, --json and --help; wrong ones end the script with what would be right.
import { parseArgs } from 'node:util'

export interface SoakOptions<Name extends string> {
  numbers: Record<Name, number>
  json: boolean
}

/** `defaults`: the options with numbers, and what they are unless they are given. Doesn't return after --help. */
export function readSoakOptions<Name extends string>(usage: string, defaults: Record<Name, number>): SoakOptions<Name> {
  const refuse = (reason: string): never => {
    console.error(`${reason}\n\n${usage}`)
    process.exit(2)
  }
  const flag = { type: 'boolean', default: false } as const
  const names = Object.keys(defaults) as Name[]
  const numbersByName = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]))
  try {
    const { values } = parseArgs({ options: { ...numbersByName, json: flag, help: { ...flag, short: 'h' } } })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const given: Record<string, string | boolean | undefined> = values
    const numbers = { ...defaults }
    for (const name of names) {
      const text = given[name]
      if (text === undefined) continue
      const value = Number(text)
      if (!Number.isInteger(value) || value < 1 || value > 100_000)
        refuse(`--${name} ${text}: give a whole number from 1 to 100000.`)
      numbers[name] = value
    }
    return { numbers, json: values.json }
  } catch (fault) {
    return refuse(fault instanceof Error ? fault.message : String(fault))
  }
}
