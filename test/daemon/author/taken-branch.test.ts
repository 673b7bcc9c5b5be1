import t from 'tap'
import { expectedBranch, takenBranch } from '../../../daemon/author/taken-branch.ts'
import { flowOf } from '../flow/flow-text.ts'

const targets = ['one', 'two', 'none', 'late', 'wrong', 'after', 'dynamic']
const { actions } = flowOf([
  {
    id: 'menu',
    type: 'GetParticipantInput',
    next: 'after',
    conditions: { 1: 'one', 2: 'two' },
    errors: { NoMatchingCondition: 'none', InputTimeLimitExceeded: 'late', NoMatchingError: 'wrong' },
  },
  { id: 'plain', type: 'MessageParticipant', next: 'after' },
  { id: 'number', type: 'CheckMetricData', next: 'after', conditions: { 'NumberGreaterThan 5': 'one' } },
  {
    id: 'held',
    type: 'Compare',
    conditions: { '$.Attributes.a': 'dynamic', 'Equals 2': 'two' },
    errors: { NoMatchingCondition: 'none' },
  },
  ...targets.map((id) => ({ id, type: 'EndFlowExecution' })),
])
const expected = (id: string, results?: string) => expectedBranch(actions.get(id)!, results)
const taken = (id: string, results: string | undefined, to: string) => takenBranch(actions.get(id)!, results, to)

t.same(expected('menu', '1'), { branch: 'Equals 1', to: 'one' })
t.same(expected('menu', '7'), { branch: 'NoMatchingCondition', to: 'none' })
t.same(expected('menu', 'InputTimeLimitExceeded: nothing was pressed'), {
  branch: 'InputTimeLimitExceeded',
  to: 'late',
  detail: 'nothing was pressed',
})
t.same(
  expected('menu', 'Unheard: of'),
  { branch: 'NoMatchingError', to: 'wrong', detail: 'Unheard: of' },
  'an error without a branch of its own',
)
t.same(expected('plain'), { branch: 'next', to: 'after' })
t.same(expected('plain', 'whatever it says'), { branch: 'next', to: 'after' })
t.same(expected('number', '9'), { branch: 'NumberGreaterThan 5', to: 'one' })
t.same(expected('number', '5'), { branch: 'next', to: 'after' }, 'no condition, no branch for none')
t.equal(expected('held', '2'), undefined, 'a reference that stands before can’t be judged')
t.same(taken('held', '2', 'dynamic'), { branch: 'Equals $.Attributes.a', to: 'dynamic' })
t.same(taken('held', '2', 'none'), { branch: 'NoMatchingCondition', to: 'none' })
t.same(taken('menu', '1', 'one'), { branch: 'Equals 1', to: 'one' })
t.equal(taken('plain', undefined, 'two'), undefined, 'no branch leads there')
