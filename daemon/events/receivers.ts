// Where events can go: a file of JSON lines, an HTTP endpoint, an MQTT broker.
import type { MqttClient } from 'mqtt'
import type { CentreEvent } from './events.ts'
import { JsonLinesFile, type JsonLinesOptions } from './jsonl-file.ts'
import type { Receiver } from './outlet.ts'

const answerWithinMs = 10_000

export function jsonLinesReceiver(options: JsonLinesOptions): Receiver {
  const file = new JsonLinesFile(options)
  return { place: options.directory, send: async (events) => file.write(events) }
}

export interface HttpReceiverOptions {
  url: string
  headers: Readonly<Record<string, string>>
}

/** Each POST is JSON lines; any 2xx acknowledges all of them. Redirects are not followed: secrets stay where they belong. */
export function httpReceiver({ url, headers }: HttpReceiverOptions): Receiver {
  const closing = new AbortController()
  return {
    place: placeOf(url),
    async send(events) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-ndjson' },
        body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(answerWithinMs), closing.signal]),
      })
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    },
    async close() {
      closing.abort()
    },
  }
}

export interface MqttReceiverOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  url: string
  /** Events go to `TOPIC/contact/TYPE` and `TOPIC/agent/TYPE`. */
  topic: string
  username?: string
  password?: string
}

/** QoS 1: each message is acknowledged by the broker; at least once. */
export function mqttReceiver(options: MqttReceiverOptions): Receiver {
  let client: MqttClient | undefined
  const { url, topic, username, password } = options
  const drop = () => {
    client?.end(true)
    client = undefined
  }
  return {
    place: placeOf(url),
    async send(events: readonly CentreEvent[]) {
      if (client && !client.connected) drop()
      // The outlet tries again itself: a client that reconnected behind its back would send twice.
      const settings = {
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        reconnectPeriod: 0,
        connectTimeout: answerWithinMs,
      }
      // Loaded when it is used: most boxes have no broker, and it takes 8 MB.
      const { connectAsync } = await import('mqtt')
      client ??= await connectAsync(url, settings, false)
      const connection = client
      connection.on('error', drop)
      let late: NodeJS.Timeout | undefined
      let onClose = drop
      const tooLate = new Promise<never>((_, reject) => {
        late = setTimeout(() => reject(new Error('the broker does not acknowledge')), answerWithinMs)
        onClose = () => reject(new Error('the broker closed the connection'))
        connection.on('close', onClose)
      })
      try {
        const published = events.map((event) =>
          connection.publishAsync(`${topic}/${event.kind}/${event.type}`, JSON.stringify(event), { qos: 1 }),
        )
        await Promise.race([Promise.all(published), tooLate])
      } catch (fault) {
        drop()
        throw fault
      } finally {
        clearTimeout(late)
        connection.removeListener('close', onClose)
        connection.removeListener('error', drop)
      }
    },
    async close() {
      await client?.endAsync()
    },
  }
}

/** Without user, password and query, which may be secret. */
function placeOf(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
