// How a name in a flow finds what the box has.
import t from 'tap'
import { createFlowResources } from '../../../daemon/flow/resources.ts'

const instance = 'arn:aws:connect:local:1:instance/i'
const resources = createFlowResources({
  queues: [
    { id: 'q-1', name: 'Support', arn: `${instance}/queue/uuid-1` },
    { id: 'Sales', name: 'q-1', arn: `${instance}/queue/uuid-2` },
  ],
  prompts: [{ id: 'p-1', name: 'music', arn: `${instance}/prompt/uuid-3` }],
  flows: [{ id: 'f-1', name: 'Main', arn: `${instance}/contact-flow/uuid-4`, type: 'CONTACT_FLOW' }],
})
const foreign = 'arn:aws:connect:eu-west-2:111122223333:instance/x'

const cases: [what: string, kind: 'queue' | 'prompt' | 'flow', value: string, name: string | undefined, id?: string][] =
  [
    ['by id, before any name', 'queue', 'q-1', undefined, 'q-1'],
    ['by ARN', 'queue', `${instance}/queue/uuid-2`, undefined, 'Sales'],
    ['by the last segment of a foreign ARN', 'queue', `${foreign}/queue/q-1`, undefined, 'q-1'],
    ['by an ARN with a version', 'flow', `${foreign}/contact-flow/f-1:$LATEST`, undefined, 'f-1'],
    ['by name', 'queue', 'Support', undefined, 'q-1'],
    ['by the display name of a foreign ARN', 'queue', `${foreign}/queue/77`, 'Support', 'q-1'],
    ['a prompt by its file name', 'prompt', `${foreign}/prompt/77`, 'music.wav', 'p-1'],
    ['not at all', 'queue', `${foreign}/queue/77`, 'Nobody'],
    ['names are case-sensitive', 'queue', 'support', undefined],
    ['kinds are kept apart', 'flow', 'Support', undefined],
    ['the prototype is no resource', 'queue', 'constructor', '__proto__'],
  ]
for (const [what, kind, value, name, id] of cases)
  t.test(what, async (t) => {
    t.equal(resources.resolve(kind, value, name), id)
  })

t.test('a flow tells its type', async (t) => {
  t.equal(resources.flowType?.('f-1'), 'CONTACT_FLOW')
  t.equal(resources.flowType?.('none'), undefined)
})
