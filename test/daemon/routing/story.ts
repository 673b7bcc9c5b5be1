// A story of the office: callers and agents by name, and at its end sound tables and no timer.
import t, { type Test } from 'tap'
import type { RoutingOptions } from '../../../daemon/routing/router.ts'
import { Office, onePlan } from './office.ts'

/** Each story ends with sound tables and, once the doors are closed, without a timer. */
export function story(
  name: string,
  tell: (test: Test, office: Office) => void | Promise<void>,
  plan = onePlan,
  options: Partial<RoutingOptions> = {},
): void {
  t.test(name, async (test) => {
    const office = new Office(plan, options)
    await tell(test, office)
    test.same(office.routing.brokenInvariants(), [], 'tables are sound')
    office.routing.close()
    test.equal(office.clock.liveTimers, 0, 'no timer is left')
  })
}
