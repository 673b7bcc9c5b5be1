// What a device says of itself and of one of its ports; not what it says of the others.
import type { LineDetails, LinePortNumber } from '../../drivers/line-driver.ts'

export function ownDetails(details: LineDetails, port: LinePortNumber): LineDetails {
  const own = `port${port}.`
  return Object.fromEntries(
    Object.entries(details)
      .filter(([name]) => name.startsWith(own) || !/^port\d+\./.test(name))
      .map(([name, value]) => [name.startsWith(own) ? name.slice(own.length) : name, value]),
  )
}
