// Products of Connect that a function of the instance stands in for.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { hookAbility } from '../../../daemon/contact/hook-ability.ts'
import { ContactRig } from '../../support/contact-rig.ts'

const signal = new AbortController().signal
const profiles = `export const handler = async ({ Name, Product, Action, Details: { ContactData, Parameters } }) => {
  if (Parameters.ProfileRequestData?.LastName === 'Nobody') return { ErrorType: 'NoneFoundError', Message: 'no such name' }
  return { said: [Name, Product, Action, ContactData.Channel].join(' '), LastName: Parameters.ProfileRequestData.LastName }
}`

async function office(t: Test) {
  const folder = t.testdir({ 'profiles.mjs': profiles })
  const file = join(folder, 'profiles.mjs')
  const declared = { name: 'profiles', kind: 'module', file, timeoutS: 5, concurrency: 1 } as const
  const rig = new ContactRig([], {}, { functions: [declared] })
  t.teardown(() => rig.functions.close())
  await rig.call()
  const { contact } = rig.flow('main').host
  const hooks = new Map([
    ['customerProfiles', 'profiles'],
    ['cases', 'gone'],
  ] as const)
  return hookAbility(hooks, rig.functions, () => contact)
}

t.test('the function is told the product, what to do, the contact and the parameters', async (t) => {
  const ask = await office(t)
  const payload = { ProfileRequestData: { LastName: 'Lovelace' } }
  t.same(await ask('customerProfiles', 'GetCustomerProfile', payload, signal), {
    ok: true,
    result: { said: 'ContactFlowHook customerProfiles GetCustomerProfile VOICE', LastName: 'Lovelace' },
  })
})

t.test('an error type of the answer is the branch of that name', async (t) => {
  const ask = await office(t)
  const payload = { ProfileRequestData: { LastName: 'Nobody' } }
  t.same(await ask('customerProfiles', 'GetCustomerProfile', payload, signal), {
    ok: false,
    errorType: 'NoneFoundError',
    detail: 'the function profiles answered NoneFoundError: no such name',
  })
})

t.test('a product without a function, and one whose function fails', async (t) => {
  const ask = await office(t)
  t.match(await ask('wisdom', 'CreateWisdomSession', {}, signal), { ok: false, detail: /hooks in functions.yaml/ })
  t.match(await ask('cases', 'GetCase', {}, signal), { ok: false, detail: /gone: notFound/ })
})
