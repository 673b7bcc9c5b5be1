// The SIP endpoint with the agents' accounts and the carriers' links, and the routing that rings an agent only while a phone of theirs can be.
import { linkSettingsOf } from '../carrier/sip-links.ts'
import type { Instance } from '../config/instance.ts'
import type { Audio } from '../loop/audio.ts'
import { createRouting, type Router } from '../routing/router.ts'
import type { SipAccount, SipEndpoint } from '../sip/endpoint.ts'
import { createSipEndpoint } from '../sip/sip-endpoint.ts'
import type { Listen } from '../sip/transport/transports.ts'
import type { QueueSwitches } from '../store/queue-switches.ts'
import type { Started, Surroundings } from './surroundings.ts'

export function buildSip({ instance, clock, log }: Surroundings, audio: Audio): SipEndpoint {
  const { address, port, realm, advertisedAddress, tls, sessionExpiresS } = instance.box.sip
  return createSipEndpoint({
    address,
    port,
    realm,
    ...(advertisedAddress !== undefined && { advertisedAddress }),
    listen: listensOf(instance),
    tls,
    sessionIntervalS: sessionExpiresS,
    accounts: accountsOf(instance),
    links: linkSettingsOf(instance.carriers, instance.box.instance.country),
    audio,
    clock,
    log: log.child({ part: 'sip' }),
  })
}

/** Asterisk's ports for WebSocket, which phones in browsers are often set to already. */
const usualPorts = { tls: 5061, ws: 8088, wss: 8089 }

function listensOf(instance: Instance): Listen[] {
  const { address, port, listen } = instance.box.sip
  return listen.map((one) => ({
    transport: one.transport.toUpperCase() as Uppercase<typeof one.transport>,
    address: one.address ?? address,
    port: one.port ?? (one.transport === 'udp' || one.transport === 'tcp' ? port : usualPorts[one.transport]),
  }))
}

/** Every agent has an account. */
export function accountsOf(instance: Instance): SipAccount[] {
  return [...instance.agents.values()].map((agent) => ({
    userName: agent.userName,
    password: agent.password,
    ...(agent.phone.address !== undefined && { address: agent.phone.address }),
    srtp: agent.phone.srtp,
    media: agent.phone.media,
    codecs: agent.phone.codecs,
  }))
}

export function buildRouting({ instance, clock, log }: Surroundings, sip: SipEndpoint, started: Started): Router {
  const routing = createRouting({
    ...routingSources(instance),
    clock,
    log: log.child({ part: 'routing' }),
  })
  started('routing', () => routing.close())
  for (const userName of instance.agents.keys()) routing.setReachable(userName, sip.reachable(userName))
  sip.onReachable((userName, reachable) => routing.setReachable(userName, reachable))
  return routing
}

function routingTimes({ offerTimeoutS, missedPauseS }: Instance['box']['routing']) {
  return { offerTimeoutS, missedPauseS: missedPauseS === 'untilCleared' ? Number.POSITIVE_INFINITY : missedPauseS }
}

/** Queues are closed and open as they were by command before the last stop. */
export function restoreQueueSwitches(routing: Router, switches: QueueSwitches): void {
  for (const [queue, enabled] of switches.all()) if (!routing.setQueueEnabled(queue, enabled)) switches.forget(queue)
}

/** What routing works by. */
export function routingSources(instance: Instance): Parameters<Router['reconfigure']>[0] {
  return {
    queues: instance.queues.values(),
    routingProfiles: instance.routingProfiles.values(),
    agents: instance.agents.values(),
    ...routingTimes(instance.box.routing),
    maximumContacts: instance.box.limits.concurrentCalls,
    customStatuses: instance.box.statuses.map(({ name }) => name),
  }
}
