// The schema of what SIP listens on beside UDP, in box.yaml. Part of the one source, schema.ts.
import { z } from 'zod'

const absolutePath = z.string().regex(/^\/./, 'must be an absolute path')
const ipAddress = z
  .string()
  .regex(/^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/, 'must be an IP address, e.g. 0.0.0.0 for all')

export const sipListenSchema = z
  .array(
    z.strictObject({
      transport: z.enum(['udp', 'tcp', 'tls', 'ws', 'wss']),
      address: ipAddress.optional().describe('As sip.address when absent; :: is every IPv6 address'),
      port: z
        .number()
        .int()
        .min(1)
        .max(65535)
        .optional()
        .describe('When absent: udp and tcp as sip.port, tls 5061, ws 8088, wss 8089'),
    }),
  )
  .max(32)
  .default([{ transport: 'tcp' }])
  .describe('What phones may use beside UDP on sip.address and sip.port')

export const sipTlsSchema = z
  .strictObject({
    certificateFile: absolutePath.describe('PEM: the certificate, and its chain after it'),
    keyFile: absolutePath.describe('PEM: its key, without passphrase, readable to the daemon only'),
    clientAuthorityFile: absolutePath
      .optional()
      .describe('PEM: only phones with a certificate of these authorities are let in'),
  })
  .optional()
  .describe('For tls and wss. Files that are renewed are taken within half a minute, calls go on')
