// Stable ids: the same configuration gives the same ids on every start and every box, without a file to keep them in.
// They are name-based UUIDs (RFC 9562, version 5) from the instance's id, the kind and the name.
import { createHash } from 'node:crypto'

/** Kinds of resources with an ARN, as Amazon Connect spells them in the path. */
const arnSegments = {
  queue: 'queue',
  flow: 'contact-flow',
  prompt: 'prompt',
  hours: 'operating-hours',
  'routing-profile': 'routing-profile',
  agent: 'agent',
  'quick-connect': 'transfer-destination',
  number: 'phone-number',
} as const

export type ArnKind = keyof typeof arnSegments

/** `$.AwsRegion` on a box. */
export const region = 'local'
const account = '000000000000'

/** Namespace of instances that have a name only; made once, at random. */
const instanceNamespace = '6a1f3c0e-8a52-4b0c-9d8e-3d7b64c2f5a1'

export function uuidV5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
  hash[6] = (hash[6]! & 0x0f) | 0x50
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex', 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export function instanceArn(instance: { id?: string | undefined; name: string }): string {
  const id = instance.id?.toLowerCase() ?? uuidV5(instanceNamespace, instance.name)
  return `arn:aws:connect:${region}:${account}:instance/${id}`
}

/** ARN of a resource of the instance by its name (flows and prompts: file name; agents: user name; numbers: E.164). */
export function resourceArn(instance: { readonly arn: string }, kind: ArnKind, name: string): string {
  const instanceId = instance.arn.slice(instance.arn.lastIndexOf('/') + 1)
  return `${instance.arn}/${arnSegments[kind]}/${uuidV5(instanceId, `${kind}/${name}`)}`
}
