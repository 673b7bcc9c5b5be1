// The functions that are shipped as examples do what their comments say.
import { join } from 'node:path'
import t from 'tap'
import { stringMap } from '../../../daemon/flow/function-answer.ts'
import { functionEvent } from '../../../daemon/flow/function-event.ts'
import { functionRig, module, nothingLeft, program } from './function-rig.ts'

const examples = join(import.meta.dirname, '../../../config/examples')

const eventFrom = (address: string) =>
  functionEvent(
    {
      contact: {
        contactId: 'c-1',
        initialContactId: 'c-1',
        channel: 'VOICE',
        initiationMethod: 'INBOUND',
        customerEndpoint: { address, type: 'TELEPHONE_NUMBER' },
        instanceArn: 'arn:aws:connect:local:000000000000:instance/i',
        awsRegion: 'local',
        attributes: {},
        voice: { voiceId: 'Amy', engine: 'standard', style: 'None', languageCode: 'en-GB' },
        flowLogging: false,
      },
      state: { contactData: new Map() },
    },
    {},
  )

t.test('greet-customer knows its customer, and nobody else', async (t) => {
  const rig = functionRig(examples, [module('greet-customer', 'functions/greet-customer.mjs')])
  const known = await rig.ask('greet-customer', { event: eventFrom('+442079460001') })
  t.ok(known.ok)
  if (known.ok) t.same(stringMap(known.result), { known: 'true', greeting: 'Welcome back, Ada.' })
  const stranger = await rig.ask('greet-customer', { event: eventFrom('+15550100') })
  t.same(stranger, { ok: true, result: { known: false, greeting: 'Welcome.' } })
  t.same(await rig.close(), nothingLeft)
})

t.test('time-of-day tells it', async (t) => {
  const rig = functionRig(examples, [program('time-of-day', ['functions/time-of-day'])])
  const outcome = await rig.ask('time-of-day', { event: eventFrom('+15550100') })
  t.match(outcome, { ok: true, result: { part: /^(morning|afternoon|evening)$/ } })
  t.same(await rig.close(), nothingLeft)
})
