// cordboard campaign: lists are checked and brought in, campaigns are switched, over a control socket of the test's own.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { campaignMethods } from '../../../daemon/api/campaign-methods.ts'
import { CampaignStore } from '../../../daemon/campaigns/campaign-store.ts'
import { Campaigns } from '../../../daemon/campaigns/campaigns.ts'
import { DoNotCall } from '../../../daemon/campaigns/do-not-call.ts'
import type { CampaignCallEvent } from '../../../daemon/contact/campaign-side.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { shortFolder, startServer } from '../api/control-support.ts'
import { cordboard } from '../cli/cli-support.ts'
import { InstanceCopy } from '../config/shipped.ts'
import { campaignOf } from './measured-campaign.ts'

async function centre(t: Test) {
  const copy = new InstanceCopy().addExamples()
  t.teardown(() => copy.dispose())
  const clock = new MockClock()
  const storeFile = join(shortFolder(t), 'campaigns.db')
  const doNotCall = new DoNotCall(copy.directory, () => 'GB')
  const campaigns = new Map([['Renewals', campaignOf({ mode: 'progressive', abandon: {} })]])
  const dialled: { number: string; tell: (event: CampaignCallEvent) => void; ended: string[] }[] = []
  let free = 1
  const open = () => {
    const store = new CampaignStore(storeFile, { clock, log: silentLog })
    return new Campaigns(campaigns, {
      clock,
      log: silentLog,
      store,
      calls: {
        preview: () => ({ refused: 'noRoute', detail: 'not here' }),
        dial({ number, told }) {
          const ended: string[] = []
          dialled.push({ number, tell: told, ended })
          return { contactId: `contact ${dialled.length}`, end: (why) => void ended.push(why) }
        },
      },
      agents: () => ({ free, busy: 0 }),
      timeZone: () => 'Europe/London',
      mustNotCall: (number) => doNotCall.has(number),
    })
  }
  const box = open()
  box.resume()
  t.teardown(() => box.close())
  const { path } = await startServer(t, { methods: campaignMethods(box, (schema, params) => schema.parse(params)) })
  const list = (text: string) => {
    copy.write('list.csv', text)
    return copy.path('list.csv')
  }
  const run = (verb: string, ...args: string[]) => {
    const place = verb === 'check' || verb === 'block' || verb === 'import' ? ['--instance', copy.directory] : []
    return cordboard(
      'campaign',
      verb,
      ...args,
      ...place,
      ...(verb === 'check' || verb === 'block' ? [] : ['--socket', path]),
    )
  }
  const agents = (now: number) => {
    free = now
    box.look()
  }
  return { copy, box, run, list, dialled, agents, open }
}

const good = 'number,name\n+442079460123,Ann\n+442079460124,Bob\n+442079460125,Cid\n'

t.test('a list with a bad row is not taken, unless the good ones are asked for; again, nothing is new', async (t) => {
  const { run, list } = await centre(t)
  const file = list(`${good}12,Nobody\n`)
  t.match(await run('check', file), { exitCode: 1, out: /list\.csv:5: 12: .*\n3 good rows, 1 bad/ })
  t.match(await run('import', 'Renewals', file), { exitCode: 1, out: /Nothing was taken/ })
  t.match(await run('import', 'Renewals', file, '--good-rows'), { exitCode: 0, out: /3 contacts are new/ })
  const again = await run('import', 'Renewals', list(good), '--json')
  t.match(JSON.parse(again.out), { version: 1, added: 0, known: 3, bad: [] })
  t.match(await run('list'), { exitCode: 0, out: /Renewals +progressive +created +3 +0 +0/ })
})

t.test('a list of thousands goes over in several requests', async (t) => {
  const { run, list } = await centre(t)
  const rows = Array.from({ length: 3000 }, (_, n) => `+44207946${String(n).padStart(4, '0')},${'x'.repeat(60)}`)
  t.match(await run('import', 'Renewals', list(`number,note\n${rows.join('\n')}\n`)), { out: /3000 contacts are new/ })
})

t.test('start, pause, stop; outcomes tell what became of whom', async (t) => {
  const { run, list, dialled, agents } = await centre(t)
  await run('import', 'Renewals', list(good))
  t.same(dialled, [], 'nobody is called before the start')
  t.match(await run('start', 'Renewals'), { exitCode: 0, out: /Renewals: running[\s\S]*1 being called/ })
  t.equal(dialled.length, 1)
  dialled[0]?.tell({ type: 'ended', unreached: 'busy', by: 'other', doNotCall: false })
  t.equal(dialled.length, 2, 'the next one')
  await run('pause', 'Renewals')
  agents(3)
  t.equal(dialled.length, 2)
  t.match(await run('stop', 'Renewals', '--json'), { exitCode: 0, out: /"state": "stopped"/ })
  t.same(dialled[1]?.ended, ['campaignStopped'])
  t.match(await run('outcomes', 'Renewals'), {
    exitCode: 0,
    out: /\+442079460124 +goes on[\s\S]*\+442079460123 +busy +contact 1/,
  })
})

t.test('who says so, and whose number is blocked, is not called', async (t) => {
  const { run, list, dialled, agents, copy } = await centre(t)
  await run('import', 'Renewals', list(good))
  t.match(await run('block', '020 7946 0124'), { exitCode: 0, out: /1 added/ })
  t.match(readFileSync(copy.path('campaigns/do-not-call.csv'), 'utf8'), /^number,since\n\+442079460124,20/)
  t.match(await run('block', '020 7946 0124', '+442079460199'), { exitCode: 0, out: /1 added/ })
  await run('start', 'Renewals')
  dialled[0]?.tell({ type: 'answered' })
  dialled[0]?.tell({ type: 'ended', unreached: undefined, by: 'flow', doNotCall: true })
  agents(3)
  t.same(
    dialled.map(({ number }) => number),
    ['+442079460123', '+442079460125'],
  )
  t.match((await run('outcomes', 'Renewals')).out, /\+442079460123 +doNotCall/)
  t.match((await run('show', 'Renewals')).out, /2 done, 1 of them not to be called/)
})

t.test('a do-not-call list that can’t be read: nobody is called, and it says why', async (t) => {
  const { run, list, dialled, copy } = await centre(t)
  await run('import', 'Renewals', list(good))
  await run('block', '+442079460199')
  writeFileSync(copy.path('campaigns/do-not-call.csv'), 'number\nrubbish\n')
  t.match(await run('start', 'Renewals'), { out: /nobody is called just now: .*line 2: rubbish/ })
  t.equal(dialled.length, 0)
})

t.test('a campaign that ran goes on after a restart, and who was being called is not called again', async (t) => {
  const { run, list, dialled, box, open } = await centre(t)
  await run('import', 'Renewals', list(good))
  await run('start', 'Renewals')
  box.close()
  const next = open()
  t.teardown(() => next.close())
  next.resume()
  t.same(
    dialled.map(({ number }) => number),
    ['+442079460123', '+442079460124'],
  )
  t.match(next.view('Renewals'), { state: 'running', done: 1, calling: 1, outcomes: { interrupted: 1 } })
})

t.test('what is not there, or not said, is told', async (t) => {
  const { run, list } = await centre(t)
  t.match(await run('show', 'Nothing'), { exitCode: 1, err: /no campaign "Nothing"/ })
  t.match(await run('import', 'Nothing', list(good)), { exitCode: 1, err: /no campaign "Nothing"/ })
  t.match(await run('start'), { exitCode: 2, err: /Name one campaign/ })
  t.match(await run('check', '/nowhere.csv'), { exitCode: 1, err: /ENOENT/ })
  t.match(await run('block', '12'), { exitCode: 1, err: /too short/ })
  t.match(await run('show', 'Renewals'), { exitCode: 0, out: /abandoned: 0 of 0 people, 0\.0 %; the limit is 3\.0 %/ })
})
