// How a name in a flow finds what the box has.
import t from 'tap'
import type { ResourceKind } from '../../../daemon/flow/parameters.ts'
import { createFlowResources } from '../../../daemon/flow/resources.ts'

const instance = 'arn:aws:connect:local:1:instance/i'
const resources = createFlowResources({
  queues: [
    { id: 'q-1', name: 'Support', arn: `${instance}/queue/uuid-1` },
    { id: 'Sales', name: 'q-1', arn: `${instance}/queue/uuid-2` },
  ],
  prompts: [{ id: 'p-1', name: 'music', arn: `${instance}/prompt/uuid-3` }],
  flows: [{ id: 'f-1', name: 'Main', arn: `${instance}/contact-flow/uuid-4`, type: 'CONTACT_FLOW' }],
  functions: [{ id: 'lookup', name: 'lookup', arn: 'arn:aws:lambda:local:1:function:lookup' }],
  bots: [{ id: 'banker', name: 'banker', arn: 'arn:aws:lex:local:1:bot-alias/banker/live' }],
  aliases: [
    { kind: 'queue', foreign: 'arn:aws:connect:eu-west-2:111122223333:instance/x/queue/55', id: 'q-1' },
    { kind: 'queue', foreign: 'BasicQueue', id: 'Sales' },
    { kind: 'queue', foreign: 'q-1', id: 'Sales' },
    { kind: 'function', foreign: 'CUSTOMER_LOOKUP_ARN', id: 'lookup' },
    { kind: 'function', foreign: 'arn:aws:lambda:eu-west-2:111122223333:function:crm', id: 'lookup' },
    { kind: 'bot', foreign: 'arn:aws:lex:eu-west-2:111122223333:bot-alias/BOT77/TSTALIASID', id: 'banker' },
  ],
})
const foreign = 'arn:aws:connect:eu-west-2:111122223333:instance/x'
const lambda = 'arn:aws:lambda:eu-west-2:111122223333:function'
const lex = 'arn:aws:lex:eu-west-2:111122223333:bot-alias'

const cases: [what: string, kind: ResourceKind, value: string, name: string | undefined, id?: string][] = [
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
  ['by an alias of the ARN', 'queue', `${foreign}/queue/55`, undefined, 'q-1'],
  ['an alias of the ARN goes before the name in the export', 'queue', `${foreign}/queue/55`, 'Sales', 'q-1'],
  ['an alias of the name in the export', 'queue', `${foreign}/queue/77`, 'BasicQueue', 'Sales'],
  ['the own id goes before an alias', 'queue', 'q-1', undefined, 'q-1'],
  ['an alias is of its kind', 'prompt', 'BasicQueue', undefined],
  ['a function by the name in its ARN', 'function', `${lambda}:lookup`, undefined, 'lookup'],
  ['a function by the name before a qualifier', 'function', `${lambda}:lookup:$LATEST`, undefined, 'lookup'],
  ['a function by a part of an ARN', 'function', '111122223333:function:lookup', undefined, 'lookup'],
  ['a function by an alias', 'function', 'CUSTOMER_LOOKUP_ARN', undefined, 'lookup'],
  ['a function by an alias, whatever its qualifier', 'function', `${lambda}:crm:live`, undefined, 'lookup'],
  ['a function nobody knows', 'function', `${lambda}:none`, undefined],
  ['a bot by its id in the ARN', 'bot', `${lex}/banker/LIVE`, undefined, 'banker'],
  ['a bot by an alias', 'bot', `${lex}/BOT77/TSTALIASID`, undefined, 'banker'],
  ['a bot not by the alias all bots have', 'bot', `${lex}/BOT88/TSTALIASID`, undefined],
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
