import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { renderJsonSchemas } from '../../../daemon/config/json-schemas.ts'
import { shippedDirectory } from './shipped.ts'

const folder = join(shippedDirectory, '../schema')

t.test('config/schema is what scripts/schema writes', async (t) => {
  const rendered = renderJsonSchemas()
  t.same(readdirSync(folder).sort(), [...rendered.keys()].sort())
  for (const [name, text] of rendered) t.equal(readFileSync(join(folder, name), 'utf8'), text, name)
})

t.test('each shipped file tells editors its schema', async (t) => {
  for (const name of readdirSync(shippedDirectory).filter((file) => file.endsWith('.yaml'))) {
    const [first] = readFileSync(join(shippedDirectory, name), 'utf8').split('\n', 1)
    t.equal(first, `# yaml-language-server: $schema=../schema/${name.replace('.yaml', '.json')}`)
  }
})

t.test('what has a default is not asked for, what has none is', async (t) => {
  const box = JSON.parse(renderJsonSchemas().get('box.json') ?? '{}')
  t.same(box.required, ['instance'])
  t.same(box.properties.instance.required, ['name', 'country', 'timeZone'])
  t.equal(box.additionalProperties, false)
  t.equal(box.properties.sip.properties.port.default, 5060)
})
