// How a link's answer ends a call: whose fault it was says whether another link is tried.
import t from 'tap'
import { endOfCarrierFailure } from '../../../daemon/sip/end-reasons.ts'

t.test('what broke down on the way is the link’s fault, before it rang and after', async (t) => {
  for (const status of [500, 502, 503, 504])
    for (const rang of [false, true]) t.match(endOfCarrierFailure(status, rang), { blame: 'trunk', sipStatus: status })
})

t.test('who rang and did not answer, was busy or declined, is so by every link', async (t) => {
  for (const status of [408, 480, 486, 600, 603]) t.match(endOfCarrierFailure(status, true), { blame: 'none' })
})
