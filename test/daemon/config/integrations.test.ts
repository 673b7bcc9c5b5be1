// Functions, bots and aliases of an instance: what a sound configuration becomes, and what is told of a wrong one.
import t from 'tap'
import { flowResources } from '../../../daemon/config/flows.ts'
import { withCopy } from './shipped.ts'

t.test('an instance without functions, bots and aliases is whole', async (t) => {
  withCopy((copy) => {
    const { instance, faults } = copy.load()
    t.same(faults, [])
    t.equal(instance?.functions.size, 0)
    t.equal(instance?.bots.size, 0)
    t.same(instance?.aliases, [])
  })
})

t.test('the shipped examples are sound, and flows find what they declare', async (t) => {
  withCopy((copy) => {
    copy.addExamples()
    t.same(copy.lines(), [])
    const { instance } = copy.load()
    if (!instance) return t.fail('nothing to start from')
    t.match(instance.functions.get('time-of-day'), {
      kind: 'program',
      command: ['functions/time-of-day'],
      timeoutS: 3,
      concurrency: 5,
    })
    t.match(instance.functions.get('greet-customer'), { kind: 'module', timeoutS: 8, concurrency: 10 })
    const bot = instance.bots.get('Reception')
    t.match(bot, { kind: 'local', locale: 'en-GB', fallbackIntent: 'FallbackIntent', confidenceThreshold: 0.4 })
    t.match(bot?.kind === 'local' && bot.intents[1]?.slots[0], { name: 'account', attempts: 3, minimumDigits: 6 })

    const { resolve } = flowResources(instance)
    const foreign = 'eu-west-2:111122223333'
    t.equal(resolve('function', `arn:aws:lambda:${foreign}:function:time-of-day:live`), 'time-of-day')
    t.equal(resolve('function', `arn:aws:lambda:${foreign}:function:crm-prod-lookup`), 'greet-customer')
    t.equal(resolve('bot', `arn:aws:lex:${foreign}:bot-alias/TEQDKPA1QQ/TSTALIASID`), 'Reception')
    t.equal(
      resolve('queue', `arn:aws:connect:${foreign}:instance/0d6f7a52-7f5f-4f6c-9a54-3a1c8f2f7f10/queue/55`),
      'Support',
    )
  })
  return undefined
})

const withHeader = `functions:
  - name: lookup
    kind: http
    url: https://crm.example.com/lookup
    headers:
      - name: Authorization
        valueFile: secrets/crm
      - name: X-Tenant
        valueFile: secrets/tenant
`

t.test('headers get the values of their files; the files of the configuration never hold them', async (t) => {
  withCopy((copy) => {
    copy.secret('crm', 'Bearer k3y\n')
    copy.secret('tenant', 'north\n')
    copy.write('functions.yaml', withHeader)
    t.same(copy.lines(), [])
    t.match(copy.load().instance?.functions.get('lookup'), {
      headers: { Authorization: 'Bearer k3y', 'X-Tenant': 'north' },
    })
  })
})

t.test('each wrong header file has its own code, and its text stands in no fault', async (t) => {
  for (const [what, text, mode, expected] of [
    ['empty', '', 0o600, 'error CFG-353'],
    ['two lines', 'Bearer\nk3y\n', 0o600, 'error CFG-354'],
    ['for all to read', 'Bearer k3y\n', 0o644, 'warning CFG-355'],
  ] as const)
    withCopy((copy) => {
      copy.secret('tenant', 'north\n')
      copy.secret('crm', text, mode)
      copy.write('functions.yaml', withHeader)
      const lines = copy.lines()
      t.same(
        lines.map((line) => /^\S+ \w+ CFG-\d+/.exec(line)?.[0]),
        [`functions.yaml:7:20: ${expected}`],
        what,
      )
      t.notOk(lines.join().includes('k3y'))
    })
})

t.test('a missing header file is an error for a start, a warning for a check', async (t) => {
  withCopy((copy) => {
    copy.secret('tenant', 'north\n')
    copy.write('functions.yaml', withHeader)
    t.match(copy.lines(), [/error CFG-351/])
    t.match(copy.lines({ secrets: 'optional' }), [/warning CFG-351/])
    t.match(copy.load({ secrets: 'optional' }).instance?.functions.get('lookup'), { headers: { 'X-Tenant': 'north' } })
  })
})

t.test('a password in an address is told, not shown', async (t) => {
  withCopy((copy) => {
    copy.write(
      'bots.yaml',
      'bots:\n  - name: Banker\n    kind: http\n    url: https://ada:hunter2hunter2@bots.example.com/x\n',
    )
    t.match(copy.lines(), [/^bots\.yaml:4:10: error CFG-348/])
    t.notOk(copy.lines().join().includes('hunter2'))
  })
})

t.test('where the aliases can not be read, no name in a flow is called unknown', async (t) => {
  withCopy((copy) => {
    copy.edit('flows/main.json', '"displayName": "Support"', '"displayName": "BasicQueue"')
    const unknown = () => copy.lines().filter((line) => line.includes('FLOW-302')).length
    t.equal(unknown(), 1)
    copy.write('aliases.yaml', 'aliases:\n  - {arn: BasicQueue, kind: queue, name: Support}\n')
    t.same(copy.lines(), [])
    copy.write('aliases.yaml', 'aliases: [')
    t.equal(unknown(), 0)
    t.ok(copy.lines().length > 0)
  })
})
