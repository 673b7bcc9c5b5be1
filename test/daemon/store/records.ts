// Contact records for store tests, and a place on disk for each test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { ContactRecord } from '../../../daemon/contact/contact-record.ts'
import {
  connectedToAgent,
  connectedToSystem,
  disconnected,
  enqueued,
  newRecord,
  offered,
} from '../../../daemon/contact/record-builder.ts'

export const noonMs = Date.UTC(2026, 0, 5, 12, 0, 0)

/** A folder of its own, gone after the test. */
export function folder(test: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'cordboard-store-'))
  test.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function arrived(contactId: string, atEpochMs = noonMs): ContactRecord {
  const begun = newRecord({
    contactId,
    channel: 'VOICE',
    initiationMethod: 'INBOUND',
    instanceArn: 'arn:aws:connect:local:0:instance/test',
    customerEndpoint: { Address: '+441632960001', Type: 'TELEPHONE_NUMBER' },
    systemEndpoint: { Address: '+441632960100', Type: 'TELEPHONE_NUMBER' },
    attributes: { language: 'en', note: 'Grüße ☎' },
    atEpochMs,
  })
  return connectedToSystem(begun, atEpochMs)
}

export function waiting(contactId: string, atEpochMs = noonMs): ContactRecord {
  return enqueued(arrived(contactId, atEpochMs), { arn: 'arn:queue/sales', name: 'sales' }, atEpochMs + 10_000)
}

export function talking(contactId: string, atEpochMs = noonMs): ContactRecord {
  const agent = { arn: 'arn:agent/ann', userName: 'ann', routingProfile: { arn: 'arn:profile/basic', name: 'basic' } }
  return connectedToAgent(offered(waiting(contactId, atEpochMs), atEpochMs + 12_000), agent, atEpochMs + 20_000)
}

export function over(contactId: string, atEpochMs = noonMs): ContactRecord {
  const end = { reason: 'CUSTOMER_DISCONNECT', endReason: 'hangUp', atEpochMs: atEpochMs + 60_000 } as const
  return disconnected(talking(contactId, atEpochMs), end)
}
