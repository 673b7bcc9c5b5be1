// Session descriptions (RFC 8866): a small strict reader and writer of what telephony uses. Bounded before anything is
// read; what is not understood is kept as attribute text and means nothing.

export interface SdpAttribute {
  name: string
  value: string | undefined
}

export interface SdpMedia {
  /** `audio`, `video`, … */
  kind: string
  /** 0: refused, or not wanted. */
  port: number
  protocol: string
  formats: string[]
  /** Address of its own `c=` line. */
  address: string | undefined
  attributes: SdpAttribute[]
}

export interface Sdp {
  origin: { userName: string; sessionId: string; version: string; address: string }
  /** Address of the session's `c=` line. */
  address: string | undefined
  attributes: SdpAttribute[]
  media: SdpMedia[]
}

export const maxSdpChars = 8192
const maxLines = 256
const maxMedia = 16
const maxFormats = 64

/** Undefined when the text is no sound session description. */
export function parseSdp(text: string): Sdp | undefined {
  if (text.length > maxSdpChars) return undefined
  const lines = text.replace(/\r\n/g, '\n').split('\n')
  while (lines.at(-1) === '') lines.pop()
  if (lines.length > maxLines || lines[0] !== 'v=0') return undefined
  let origin: Sdp['origin'] | undefined
  let address: string | undefined
  const attributes: SdpAttribute[] = []
  const media: SdpMedia[] = []
  for (const line of lines.slice(1)) {
    if (!/^[a-z]=/.test(line) || /[\0\r]/.test(line)) return undefined
    const value = line.slice(2)
    const current = media.at(-1)
    switch (line[0]) {
      case 'o': {
        origin = parseOrigin(value)
        if (!origin) return undefined
        break
      }
      case 'c': {
        const parsed = parseConnection(value)
        if (parsed === undefined) return undefined
        if (current) current.address = parsed
        else address = parsed
        break
      }
      case 'm': {
        const parsed = parseMediaLine(value)
        if (!parsed || media.length === maxMedia) return undefined
        media.push(parsed)
        break
      }
      case 'a':
        ;(current?.attributes ?? attributes).push(parseAttribute(value))
        break
    }
  }
  return origin && { origin, address, attributes, media }
}

export function formatSdp(sdp: Sdp): string {
  const { userName, sessionId, version, address } = sdp.origin
  const lines = ['v=0', `o=${userName} ${sessionId} ${version} IN ${netType(address)} ${address}`, 's=-']
  if (sdp.address !== undefined) lines.push(connectionLine(sdp.address))
  lines.push('t=0 0', ...sdp.attributes.map(attributeLine))
  for (const media of sdp.media) {
    lines.push(`m=${media.kind} ${media.port} ${media.protocol} ${media.formats.join(' ')}`)
    if (media.address !== undefined) lines.push(connectionLine(media.address))
    lines.push(...media.attributes.map(attributeLine))
  }
  return `${lines.join('\r\n')}\r\n`
}

/** The value of the first attribute of the name; empty text for a flag such as `sendonly`. */
export function sdpAttribute(part: { attributes: SdpAttribute[] }, name: string): string | undefined {
  const found = part.attributes.find((one) => one.name === name)
  return found && (found.value ?? '')
}

export function sdpAttributes(part: { attributes: SdpAttribute[] }, name: string): string[] {
  return part.attributes.filter((one) => one.name === name).map((one) => one.value ?? '')
}

function parseOrigin(value: string): Sdp['origin'] | undefined {
  const match = /^(\S+) (\S+) (\d{1,20}) IN IP[46] (\S+)$/.exec(value)
  return match ? { userName: match[1]!, sessionId: match[2]!, version: match[3]!, address: match[4]! } : undefined
}

function parseConnection(value: string): string | undefined {
  return /^IN IP[46] ([0-9A-Za-z.:-]{1,255})$/.exec(value)?.[1]
}

function parseMediaLine(value: string): SdpMedia | undefined {
  const match = /^([a-z]+) (\d{1,5})(?:\/\d+)? ([A-Za-z/]+) (\S+(?: \S+)*)$/.exec(value.trimEnd())
  if (!match) return undefined
  const port = Number(match[2])
  const formats = match[4]!.split(' ')
  if (port > 65535 || formats.length > maxFormats) return undefined
  return { kind: match[1]!, port, protocol: match[3]!, formats, address: undefined, attributes: [] }
}

function parseAttribute(value: string): SdpAttribute {
  const colon = value.indexOf(':')
  if (colon < 0) return { name: value.trim(), value: undefined }
  return { name: value.slice(0, colon), value: value.slice(colon + 1).trim() }
}

function attributeLine({ name, value }: SdpAttribute): string {
  return value === undefined ? `a=${name}` : `a=${name}:${value}`
}

function connectionLine(address: string): string {
  return `c=IN ${netType(address)} ${address}`
}

function netType(address: string): 'IP4' | 'IP6' {
  return address.includes(':') ? 'IP6' : 'IP4'
}
