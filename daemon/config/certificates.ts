// The files that sip.tls of box.yaml names, looked at before a start: a box that `cordboard check` passed must not stop
// over its certificate.
import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import type { ConfigDocument } from './document.ts'
import { findTexts } from './place.ts'
import { readText } from './read-file.ts'

const keys = ['certificateFile', 'keyFile', 'clientAuthorityFile'] as const
const longestFileBytes = 1_000_000

/** `optional`: files that are missing are warnings, for a check of what is not installed yet. */
export function certificateFaults(
  box: ConfigDocument | undefined,
  nowMs: number,
  secrets: 'required' | 'optional',
): Fault[] {
  if (!box) return []
  const faults: Fault[] = []
  const texts: Partial<Record<(typeof keys)[number], string>> = {}
  for (const key of keys)
    for (const { path, value } of findTexts(box.value, `sip.tls.${key}`)) {
      const read = readText(value, longestFileBytes)
      if (!('problem' in read)) {
        texts[key] = read.text
        continue
      }
      const isMissing = read.problem === 'missing'
      const wrong = isMissing ? 'does not exist' : `can't be read (${'reason' in read ? read.reason : read.problem})`
      const mend = 'Put the PEM file there, readable for the daemon.'
      const severity = isMissing && secrets === 'optional' ? 'warning' : 'error'
      faults.push(box.fault(code.certificateFile, path, `The file of ${key} ${wrong}.`, mend, { severity }))
    }
  const { certificateFile: cert, keyFile: key, clientAuthorityFile: ca } = texts
  if (cert === undefined || key === undefined) return faults
  const path = ['sip', 'tls', 'certificateFile']
  try {
    createSecureContext({ cert, key, ...(ca !== undefined && { ca }) })
    const { validTo } = new X509Certificate(cert)
    if (Date.parse(validTo) < nowMs)
      faults.push(
        box.fault(
          code.certificateExpired,
          path,
          `The certificate ended at ${validTo}.`,
          'Renew it: phones refuse it.',
          {
            severity: 'warning',
          },
        ),
      )
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault)
    const mend =
      'Give both in PEM, the certificate first in its file, its chain after it, and the key that belongs to it without a passphrase.'
    faults.push(box.fault(code.certificateUnusable, path, `Certificate and key can't be used together (${why}).`, mend))
  }
  return faults
}
