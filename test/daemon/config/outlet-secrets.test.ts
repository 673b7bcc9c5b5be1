// What receivers of events are shown to be let in: read with the instance, so that a box is not stopped by it in the night.
import t from 'tap'
import { type InstanceCopy, withCopy } from './shipped.ts'

const outlets = `
events:
  http: { url: "https://events.example.com/", authorizationFile: secrets/events }
  mqtt: { url: "mqtts://broker.example.com", userName: box, passwordFile: secrets/mqtt }
`

function withOutlets(copy: InstanceCopy): InstanceCopy {
  return copy.write('box.yaml', copy.read('box.yaml') + outlets)
}

const told = (copy: InstanceCopy, secrets: 'required' | 'optional' = 'required') =>
  copy.lines({ secrets }).map((line) => /^[\w.]+:\d+:\d+: (\w+ CFG-\d+: [^.]*\.)/.exec(line)?.[1])

t.test('each receiver has its own', async (t) => {
  withCopy((copy) => {
    withOutlets(copy)
    copy.secret('events', 'Bearer 8f14e45f\n')
    copy.secret('mqtt', 'kT4-vv\r\n')
    t.same(told(copy), [])
    t.same(copy.load().instance?.outletSecrets, { httpAuthorization: 'Bearer 8f14e45f', mqttPassword: 'kT4-vv' })
  })
})

t.test('a missing file stops a start, and is a warning for a check', async (t) => {
  withCopy((copy) => {
    withOutlets(copy)
    copy.secret('events', 'Bearer 8f14e45f')
    const missing = 'CFG-381: The secret of the MQTT broker of events does not exist.'
    t.same(told(copy), [`error ${missing}`])
    t.equal(copy.load().instance, undefined)
    t.same(told(copy, 'optional'), [`warning ${missing}`])
  })
})

t.test('each wrong file has its own code', async (t) => {
  for (const [text, mode, expected] of [
    ['', 0o600, 'error CFG-383: The secret of the HTTP endpoint of events is empty.'],
    ['two\nlines\n', 0o600, 'error CFG-384: The secret of the HTTP endpoint of events'],
    ['Bearer 8f14e45f', 0o644, 'warning CFG-385: The secret of the HTTP endpoint of events can be read by others.'],
  ] as const)
    withCopy((copy) => {
      withOutlets(copy)
      copy.secret('events', text, mode)
      copy.secret('mqtt', 'kT4-vv')
      const [line, ...more] = told(copy)
      t.match(line, expected)
      t.same(more, [])
    })
})
