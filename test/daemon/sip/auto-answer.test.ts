// A phone that is to answer by itself is asked so in the INVITE, in the ways that phones know.
import t from 'tap'
import { header } from '../../../daemon/sip/wire/wire-message.ts'
import { account, sipStage } from '../../support/sip-stage.ts'

for (const autoAnswer of [true, false])
  t.test(autoAnswer ? 'asked to answer by itself' : 'left to its owner', async (t) => {
    const stage = await sipStage(t, [account('alice')])
    const alice = await stage.registered('alice')
    const leg = stage.endpoint.dial({ userName: 'alice', autoAnswer })
    await stage.clock.advance(20)
    const invite = alice.takeRequest('INVITE')
    t.equal(header(invite, 'answer-mode'), autoAnswer ? 'Auto' : undefined)
    t.equal(header(invite, 'call-info')?.endsWith('answer-after=0'), autoAnswer || undefined)
    t.equal(header(invite, 'alert-info')?.includes('info=alert-autoanswer'), autoAnswer || undefined)
    await alice.respond(invite, 486)
    await stage.clock.advance(20)
    t.equal(leg.state, 'ended')
  })
