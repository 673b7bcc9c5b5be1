// JSON Schemas of the configuration files, for editors: made from the one schema source, never by hand.
import { z } from 'zod'
import { fileSchemas } from './schema.ts'

/** File name in config/schema/ to its text. */
export function renderJsonSchemas(): Map<string, string> {
  return new Map(
    Object.entries(fileSchemas).map(([name, schema]) => {
      // Draft 7 is what the YAML language server reads; `input` leaves out what has a default.
      const document = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
      const titled = { ...document, title: `Cordboard: ${name}.yaml` }
      return [`${name}.json`, `${JSON.stringify(titled, null, 2)}\n`]
    }),
  )
}
