import t from 'tap'
import { instanceArn, resourceArn, uuidV5 } from '../../../daemon/config/ids.ts'

t.test('name-based ids are those of RFC 9562, appendix A.4', async (t) => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'
  t.equal(uuidV5(dns, 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2')
})

t.test('the same name gives the same ARN, another kind or instance another', async (t) => {
  const box = { arn: instanceArn({ name: 'Box' }) }
  const queue = resourceArn(box, 'queue', 'Support')
  t.match(queue, /^arn:aws:connect:local:000000000000:instance\/[0-9a-f-]{36}\/queue\/[0-9a-f-]{36}$/)
  t.equal(resourceArn({ arn: instanceArn({ name: 'Box' }) }, 'queue', 'Support'), queue)
  const others = [
    resourceArn(box, 'queue', 'Sales'),
    resourceArn(box, 'hours', 'Support'),
    resourceArn({ arn: instanceArn({ name: 'Other' }) }, 'queue', 'Support'),
  ].map((arn) => arn.slice(-36))
  t.equal(new Set([...others, queue.slice(-36)]).size, 4)
})

t.test('an id of its own outlives a change of the name', async (t) => {
  const id = '5ED0D7FA-6F7C-4D8E-9C51-0C6A4A1F2B3E'
  t.equal(instanceArn({ name: 'Before', id }), instanceArn({ name: 'After', id: id.toLowerCase() }))
})
