// The network's own word that nobody is at an address: real sockets, for nothing else has ICMP.
import { createSocket } from 'node:dgram'
import { readdirSync } from 'node:fs'
import t from 'tap'
import { probeByUdp } from '../../../../daemon/sip/carrier/reach-probe.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { until, within } from '../../../support/wait.ts'

const descriptors = () => readdirSync('/proc/self/fd').length

t.test('a port that nobody has is told at once', async (t) => {
  const port = await freePorts()
  const { promise, resolve } = Promise.withResolvers<void>()
  probeByUdp({ address: '127.0.0.1', port }, resolve)
  await within('the probe to be refused', promise)
  t.pass()
})

t.test('who is there hears a keep-alive, and nothing is told', async (t) => {
  const peer = createSocket('udp4')
  await new Promise<void>((resolve) => peer.bind(0, '127.0.0.1', resolve))
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  peer.once('message', resolve)
  const stop = probeByUdp({ address: '127.0.0.1', port: peer.address().port }, () => t.fail('told'))
  t.equal((await within('the keep-alive', promise)).toString(), '\r\n\r\n')
  stop()
  await new Promise<void>((resolve) => peer.close(() => resolve()))
})

t.test('stopped at once, many times: nothing is told, no socket is left', async (t) => {
  const port = await freePorts()
  const before = descriptors()
  for (let round = 0; round < 200; round++) probeByUdp({ address: '127.0.0.1', port }, () => t.fail('told'))()
  await until('the sockets to be closed', () => descriptors() <= before)
  t.pass()
})
