// What receivers of events are shown to be let in, each in a file of its own: `events` in box.yaml.
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import type { ConfigDocument } from './document.ts'
import { findTexts } from './place.ts'
import { readSecretFile } from './secret-file.ts'

export interface OutletSecrets {
  /** The Authorization header of the HTTP endpoint. */
  httpAuthorization?: string
  mqttPassword?: string
}

const codes = {
  missing: code.outletSecretMissing,
  unreadable: code.outletSecretUnreadable,
  empty: code.outletSecretEmpty,
  form: code.outletSecretForm,
  exposed: code.outletSecretExposed,
}
/** Tokens are longer than passwords. */
const longestFileBytes = 16 * 1024

const kinds = [
  { key: 'httpAuthorization', place: 'events.http.authorizationFile', owner: 'HTTP endpoint', what: 'header' },
  { key: 'mqttPassword', place: 'events.mqtt.passwordFile', owner: 'MQTT broker', what: 'password' },
] as const

export function readOutletSecrets(
  box: ConfigDocument | undefined,
  directory: string,
  secrets: 'required' | 'optional',
): { read: OutletSecrets; faults: Fault[] } {
  const read: OutletSecrets = {}
  const faults: Fault[] = []
  if (!box) return { read, faults }
  for (const { key, place, owner, what } of kinds)
    for (const { path, value } of findTexts(box.value, place)) {
      const found = readSecretFile({
        document: box,
        path,
        file: value,
        directory,
        owner: `The secret of the ${owner} of events`,
        what,
        longestBytes: longestFileBytes,
        secrets,
        codes,
      })
      faults.push(...found.faults)
      if (found.text !== undefined) read[key] = found.text
    }
  return { read, faults }
}
