// Agents' telephones and the box: what is dialled, keyed and asked for by SIP, and how it is answered.
import t, { type Test } from 'tap'
import type { AgentCommand } from '../../../daemon/agent/agent-command.ts'
import { AgentPhones } from '../../../daemon/agent/agent-phones.ts'
import type { Leg, TransferRequest } from '../../../daemon/leg/leg.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import type { PlayItem } from '../../../daemon/loop/audio.ts'
import { FakeLeg } from '../../support/fake-leg.ts'
import { MockClock, settle } from '../../support/mock-clock.ts'

class Office {
  readonly clock = new MockClock()
  /** What ann wanted, and with which leg. */
  readonly wishes: { command: AgentCommand; leg: Leg | undefined }[] = []
  readonly callers: Leg[] = []
  /** The pitch of each tone that was played. */
  readonly tonesHz: number[] = []
  /** Reason of refusal of all that is asked. */
  refuses: string | undefined
  readonly phones = new AgentPhones({
    service: {
      perform: (_agent, command, leg) => {
        this.wishes.push({ command, leg })
        return this.refuses === undefined ? { ok: true } : { ok: false, reason: this.refuses, message: '', mend: '' }
      },
      codeBook: () => ({ customStatuses: ['Lunch'], quickConnects: new Map([['12', 'Billing']]), names: new Map() }),
    },
    audio: {
      play: (_portId, items: PlayItem[]) => {
        for (const item of items) if (item.kind === 'tone') this.tonesHz.push(...item.frequenciesHz)
        return { ended: Promise.resolve('finished' as const), stop: () => {} }
      },
    },
    clock: this.clock,
    log: silentLog,
    isAgent: (userName) => userName === 'bob',
    isClaimed: (number) => number === '+442079460001',
    arrive: (leg) => void this.callers.push(leg),
  })

  get wanted(): AgentCommand[] {
    return this.wishes.map(({ command }) => command)
  }

  /** Ann's phone calls the box. */
  async dials(number: string): Promise<FakeLeg> {
    const leg = new FakeLeg({ id: 'ann', local: { address: number }, origin: { kind: 'agent', userName: 'ann' } })
    this.phones.attach({
      onInbound: (listener) => {
        listener(leg)
        return () => {}
      },
    })
    await settle()
    return leg
  }

  /** Ann talks with somebody. */
  talks(id = 'ann'): FakeLeg {
    const leg = new FakeLeg({ id, direction: 'outbound' })
    leg.pickUp()
    this.phones.watch('ann', leg)
    return leg
  }
}

function inOffice(name: string, run: (t: Test, office: Office) => Promise<void>): void {
  t.test(name, async (t) => {
    const office = new Office()
    await run(t, office)
    t.equal(office.clock.liveTimers, 0, 'no timer is left')
  })
}

inOffice('a code dialled on a free phone is done, confirmed by a tone, and the phone is let go', async (t, office) => {
  const leg = await office.dials('*11')
  t.same(office.wanted, [{ do: 'setStatus', status: 'Lunch' }])
  t.same(office.tonesHz, [880])
  t.equal(leg.state, 'ended')
})

inOffice('what can’t be done is told by a low tone', async (t, office) => {
  office.refuses = 'nothingToClear'
  await office.dials('*20')
  t.same(office.tonesHz, [300])
})

inOffice(
  'a colleague’s name is called on it as well; busy is what is heard when the colleague is',
  async (t, office) => {
    const leg = await office.dials('bob')
    t.same(office.wishes, [{ command: { do: 'call', target: { agent: 'bob' } }, leg }])
    office.refuses = 'colleagueBusy'
    t.equal((await office.dials('bob')).end?.reason, 'busy')
  },
)

inOffice('a number is called on the very leg the agent dialled with', async (t, office) => {
  const leg = await office.dials('02079460000')
  t.same(office.wishes, [{ command: { do: 'call', target: { number: '02079460000' } }, leg }])
  t.equal(leg.state, 'ringing')
})

inOffice('a quick connect is called by its code', async (t, office) => {
  await office.dials('12')
  t.same(office.wanted, [{ do: 'call', target: { quickConnect: 'Billing' } }])
})

inOffice('an agent who may not call gets busy, or hears that there is no such number', async (t, office) => {
  office.refuses = 'agentBusy'
  t.match((await office.dials('0207')).end, { reason: 'busy' })
  office.refuses = 'noSuchQuickConnect'
  t.match((await office.dials('12')).end, { reason: 'noRoute' })
})

inOffice('a star that is no code is refused, and wished for by nobody', async (t, office) => {
  t.match((await office.dials('*99')).end, { reason: 'noRoute' })
  t.same(office.wanted, [])
})

inOffice('an agent who dials a number of the box is a caller', async (t, office) => {
  const leg = await office.dials('+442079460001')
  t.same(office.callers, [leg])
})

inOffice('in a call a code is done and confirmed, and other keys are none of ours', async (t, office) => {
  const leg = office.talks()
  for (const digit of '5*33') leg.press(digit)
  t.same(office.wanted, [{ do: 'hold', party: 'customer' }])
  t.same(office.tonesHz, [880])
  leg.leave()
})

inOffice('a code that is not finished in time is told as none', async (t, office) => {
  const leg = office.talks()
  for (const digit of '*30123') leg.press(digit)
  await office.clock.advance(4000)
  t.same(office.wanted, [])
  t.same(office.tonesHz, [300])
  leg.leave()
})

inOffice('a call that ends in the middle of a code leaves nothing behind', async (t, office) => {
  const leg = office.talks()
  leg.press('*')
  leg.leave()
  t.equal(office.clock.liveTimers, 0)
})

inOffice('the transfer key of a phone: cold to the number, or out of the way of both lines', async (t, office) => {
  const [leg, second] = [office.talks(), office.talks('second')]
  const told: string[] = []
  const request: TransferRequest = { target: '12', tell: (progress) => void told.push(progress) }
  leg.tell({ type: 'transferRequested', request })
  leg.tell({ type: 'transferRequested', request: { ...request, replaces: 'second' } })
  t.same(office.wanted, [{ do: 'transfer', kind: 'cold', target: { quickConnect: 'Billing' } }, { do: 'leave' }])
  t.same(told, ['trying', 'done', 'trying', 'done'])
  leg.leave()
  second.leave()
})

inOffice('an attended transfer to a call that is in no conversation, or over, fails', async (t, office) => {
  const [leg, second] = [office.talks(), office.talks('second')]
  const told: string[] = []
  const request = { target: 'bob', tell: (progress: string) => void told.push(progress) }
  second.leave()
  leg.tell({ type: 'transferRequested', request: { ...request, replaces: 'second' } })
  leg.tell({ type: 'transferRequested', request: { ...request, replaces: 'none' } })
  t.same(told, ['failed', 'failed'])
  t.same(office.wanted, [])
  leg.leave()
})
