// scripts/schema: writes what scripts/check compares.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderJsonSchemas } from '../../daemon/config/json-schemas.ts'

const folder = join(import.meta.dirname, '../../config/schema')
mkdirSync(folder, { recursive: true })
for (const [name, text] of renderJsonSchemas()) writeFileSync(join(folder, name), text)
console.log(`config/schema: ${renderJsonSchemas().size} schemas written`)
