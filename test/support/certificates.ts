// Certificates for tests, made when they are needed and gone with the test's folder.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestCertificate {
  certificateFile: string
  keyFile: string
}

/** A folder of its own; `remove` it after the test. */
export function certificateFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'cordboard-certificates-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Signs itself; for the name, localhost, 127.0.0.1 and ::1. Made again under the same file name, it takes its place. */
export function makeCertificate(folder: string, name: string): TestCertificate {
  const certificateFile = join(folder, `${name}.pem`)
  const keyFile = join(folder, `${name}.key`)
  const what = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const whom = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},DNS:localhost,IP:127.0.0.1,IP:::1`]
  execFileSync('openssl', ['req', ...what, ...whom, '-keyout', keyFile, '-out', certificateFile], { stdio: 'pipe' })
  return { certificateFile, keyFile }
}
