// Each action that Connect's documents know has a file of its own and a table of tests that shows its parameters, its
// conditions and its errors. The tables are read here, not run.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { actionDefinitions } from '../../../../daemon/flow/actions/index.ts'
import * as actionTable from './action-table.ts'

// Seconds of work: on a busy machine, many.
t.setTimeout(180_000)

interface Documented {
  parameters?: string[]
  /** Operands of `Equals`. */
  conditions?: string[]
  errors?: string[]
}

const documented: Record<string, Documented> = parse(readFileSync(join(import.meta.dirname, 'fact-sheet.yaml'), 'utf8'))
const sources = join(import.meta.dirname, '../../../../daemon/flow/actions')

interface Shown {
  /** Rows that run it, and rows that check it, as text. */
  text: string
  leads: Set<string>
  runs: number
  checks: number
}

const shown = new Map<string, Shown>()
const shownOf = (type: string): Shown => {
  const known = shown.get(type) ?? { text: '', leads: new Set(), runs: 0, checks: 0 }
  shown.set(type, known)
  return known
}
const recorder: Pick<typeof actionTable, 'table' | 'checkTable'> = {
  table(type, rows) {
    const into = shownOf(type)
    for (const row of rows) {
      into.runs++
      into.leads.add(row.leads)
      into.text += JSON.stringify(row)
    }
  },
  checkTable(type, rows) {
    const into = shownOf(type)
    into.checks += rows.length
    into.text += JSON.stringify(rows)
  },
}
/** The tests around the tables are not run again. */
const silent: unknown = new Proxy(() => undefined, { get: (_target, name) => (name === 'then' ? undefined : silent) })

for (const name of readdirSync(import.meta.dirname))
  if (name.endsWith('.test.ts') && name !== 'coverage.test.ts')
    await t.mockImport(`./${name}`, {
      tap: { default: silent, test: silent },
      './action-table.ts': { ...actionTable, ...recorder },
    })

t.test('every documented action is one of this box, and the other way round', async (t) => {
  t.same(
    Object.keys(documented).filter((type) => !actionDefinitions.has(type)),
    [],
  )
  // Spellings and actions that only real exports have.
  const exported = [
    'CheckSegmentMembershipForCustomerProfile',
    'CheckSecurityStatus',
    'CreateContact',
    'SetSecurityBehavior',
  ]
  t.same([...actionDefinitions.keys()].filter((type) => !documented[type]).sort(), exported.sort())
})

for (const [type, { parameters = [], conditions = [], errors = [] }] of Object.entries(documented))
  t.test(`${type}: one file, one table`, async (t) => {
    const file = type.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()
    t.ok(
      existsSync(join(sources, `${file}.ts`)) || actionDefinitions.get(type)?.knownByNameOnly,
      'its own file, or of those known by name',
    )
    const { text, leads, runs, checks } = shownOf(type)
    t.ok(runs > 0 && checks > 0, `${runs} rows run it, ${checks} rows check it`)
    const untold = (names: string[]) => names.filter((name) => !new RegExp(`"${name}["\\]]`).test(text))
    t.same(untold(parameters), [], 'parameters')
    t.same(
      conditions.filter((operand) => !leads.has(`= ${operand}`)),
      [],
      'conditions',
    )
    t.same(
      errors.filter((error) => !leads.has(error)),
      [],
      'errors',
    )
  })
