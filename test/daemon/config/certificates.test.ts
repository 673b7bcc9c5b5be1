// The files of sip.tls, looked at when the configuration is loaded.
import { writeFileSync } from 'node:fs'
import t from 'tap'
import { certificateFaults } from '../../../daemon/config/certificates.ts'
import { ConfigDocument } from '../../../daemon/config/document.ts'
import { formatFault } from '../../../daemon/fault.ts'
import { makeCertificate } from '../../support/certificates.ts'

const folder = t.testdir()
const good = makeCertificate(folder, 'box')
const other = makeCertificate(folder, 'other')
const dayMs = 86_400_000

function told(
  files: { certificateFile: string; keyFile: string },
  { nowMs = Date.now(), secrets = 'required' }: { nowMs?: number; secrets?: 'required' | 'optional' } = {},
): string[] {
  const text = `sip:\n  tls:\n    certificateFile: ${files.certificateFile}\n    keyFile: ${files.keyFile}\n`
  return certificateFaults(new ConfigDocument('box.yaml', text), nowMs, secrets).map(formatFault)
}

t.test('a certificate with its key is sound', async (t) => {
  t.same(told(good), [])
})

t.test('a file that is not there stops a start, and is a warning for a check', async (t) => {
  const files = { ...good, keyFile: `${folder}/none.key` }
  t.match(told(files), [/^box.yaml:4:14: error CFG-386: The file of keyFile does not exist\. Put the PEM file there/])
  t.match(told(files, { secrets: 'optional' }), [/^box.yaml:4:14: warning CFG-386/])
})

t.test('the key must belong to the certificate', async (t) => {
  t.match(told({ ...good, keyFile: other.keyFile }), [
    /^box.yaml:3:22: error CFG-387: Certificate and key can't be used/,
  ])
})

t.test('a file that is no PEM', async (t) => {
  const certificateFile = `${folder}/empty.pem`
  writeFileSync(certificateFile, 'nothing\n')
  t.match(told({ ...good, certificateFile }), [/CFG-387/])
})

t.test('one that has ended is worth a warning', async (t) => {
  t.match(told(good, { nowMs: Date.now() + 40_000 * dayMs }), [
    /^box.yaml:3:22: warning CFG-515: The certificate ended at/,
  ])
})
