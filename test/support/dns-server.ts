// A name server on 127.0.0.1 that knows what the test tells it, and counts what it is asked.
import { createSocket, type Socket } from 'node:dgram'

export type DnsRecord =
  | { type: 'A'; address: string }
  | { type: 'AAAA'; address: string }
  | { type: 'SRV'; priority: number; weight: number; port: number; target: string }
  | { type: 'NAPTR'; order: number; preference: number; flags: string; service: string; replacement: string }

const typeNumbers = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 } as const

export class DnsServer {
  /** By name in lower case. */
  readonly records = new Map<string, { ttlS: number; records: DnsRecord[] }>()
  /** `A sip.example.net`, in the order asked. */
  readonly asked: string[] = []
  /** Nothing is answered. */
  silent = false
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (query, from) => {
      const answer = this.#answer(query)
      if (answer && !this.silent) socket.send(answer, from.port, from.address)
    })
  }

  static async open(): Promise<DnsServer> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return new DnsServer(socket)
  }

  get server(): string {
    return `127.0.0.1:${this.#socket.address().port}`
  }

  set(name: string, records: DnsRecord[], ttlS = 300): void {
    this.records.set(name, { ttlS, records })
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()))
  }

  #answer(query: Buffer): Buffer | undefined {
    const { name, end } = readName(query, 12)
    const type = query.readUInt16BE(end)
    const typeName = Object.entries(typeNumbers).find(([, number]) => number === type)?.[0] ?? String(type)
    this.asked.push(`${typeName} ${name}`)
    const known = this.records.get(name.toLowerCase())
    const found = known?.records.filter((record) => typeNumbers[record.type] === type) ?? []
    const header = Buffer.alloc(12)
    query.copy(header, 0, 0, 2)
    // Response, authoritative, recursion available; NXDOMAIN when the name is not known at all.
    header.writeUInt16BE(0x8580 | (known ? 0 : 3), 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(found.length, 6)
    const answers = found.map((record) => {
      const data = dataOf(record)
      const fixed = Buffer.alloc(12)
      fixed.writeUInt16BE(0xc00c, 0)
      fixed.writeUInt16BE(type, 2)
      fixed.writeUInt16BE(1, 4)
      fixed.writeUInt32BE(known?.ttlS ?? 0, 6)
      fixed.writeUInt16BE(data.length, 10)
      return Buffer.concat([fixed, data])
    })
    return Buffer.concat([header, query.subarray(12, end + 4), ...answers])
  }
}

function readName(query: Buffer, from: number): { name: string; end: number } {
  const labels: string[] = []
  let at = from
  for (;;) {
    const length = query[at] ?? 0
    if (length === 0) return { name: labels.join('.'), end: at + 1 }
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
}

function nameBytes(name: string): Buffer {
  const labels = name === '' || name === '.' ? [] : name.split('.')
  return Buffer.concat([...labels.map(textBytes), Buffer.from([0])])
}

function textBytes(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')])
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2)
  return bytes
}

function dataOf(record: DnsRecord): Buffer {
  switch (record.type) {
    case 'A':
      return Buffer.from(record.address.split('.').map(Number))
    case 'AAAA':
      return addressBytes(record.address)
    case 'SRV':
      return Buffer.concat([numbers(record.priority, record.weight, record.port), nameBytes(record.target)])
    case 'NAPTR': {
      const texts = [record.flags, record.service, ''].map(textBytes)
      return Buffer.concat([numbers(record.order, record.preference), ...texts, nameBytes(record.replacement)])
    }
  }
}

/** IPv6, `::` at most once. */
function addressBytes(address: string): Buffer {
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [first, last] = [groups(head), groups(tail ?? '')]
  return numbers(...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last)
}
