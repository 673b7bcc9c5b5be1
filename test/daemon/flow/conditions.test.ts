// Every operator of the flow language, as a table.
import t from 'tap'
import { type ConditionValue, compileCondition } from '../../../daemon/flow/conditions.ts'
import { FakeHost } from './fake-host.ts'

const host = new FakeHost()
host.attributes.code = 'abc'
const source = {
  contact: host.contact,
  state: {
    storedCustomerInput: undefined,
    loopCounts: new Map(),
    waitsBegunMs: new Map(),
    flowAttributes: new Map(),
    contactData: new Map(),
    results: new Map(),
  },
}

const cases: [value: ConditionValue, operator: string, operand: string, holds: boolean][] = [
  ['1', 'Equals', '1', true],
  [1, 'Equals', '1', true],
  ['A', 'Equals', 'a', false],
  ['', 'Equals', '', true],
  [undefined, 'Equals', '', false],
  ['abc', 'Equals', '$.Attributes.code', true],
  ['abc', 'Equals', '$.Attributes.missing', false],
  ['abcdef', 'TextStartsWith', 'abc', true],
  ['abcdef', 'TextStartsWith', 'ABC', false],
  ['abcdef', 'TextStartsWith', '$.Attributes.code', true],
  ['abcdef', 'TextEndsWith', 'def', true],
  ['abcdef', 'TextEndsWith', 'abc', false],
  ['abcdef', 'TextContains', 'cd', true],
  ['abcdef', 'TextContains', 'x', false],
  ['10', 'NumberGreaterThan', '9', true],
  ['9', 'NumberGreaterThan', '9', false],
  ['10', 'NumberGreaterThan', 'nine', false],
  ['ten', 'NumberGreaterThan', '9', false],
  ['', 'NumberLessThan', '1', false],
  ['0x10', 'NumberGreaterThan', '1', false],
  ['9', 'NumberGreaterOrEqualTo', '9', true],
  ['8.99', 'NumberGreaterOrEqualTo', '9', false],
  ['-1', 'NumberLessThan', '0', true],
  [3, 'NumberLessThan', '4', true],
  [4, 'NumberLessThan', '4', false],
  ['4', 'NumberLessOrEqualTo', '4', true],
  ['4.1', 'NumberLessOrEqualTo', '4', false],
  ['anything', 'KeyExists', 'x', true],
  [undefined, 'KeyExists', 'x', false],
  ['a', 'Contains', 'a', false],
]

for (const [value, operator, operand, holds] of cases)
  t.test(`${JSON.stringify(value)} ${operator} ${operand}`, async (t) => {
    t.equal(compileCondition(operator, [operand])(value, source), holds)
  })

t.test('a condition without an operand is never true', async (t) => {
  t.equal(compileCondition('Equals', [])('', source), false)
})
