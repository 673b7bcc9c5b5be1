// What the driver needs of the program around it, by shape: the daemon's clock and log fit, without being imported.

export interface DriverTimer {
  cancel(): void
}

export interface DriverClock {
  /** Monotonic milliseconds from an arbitrary start. */
  monotonicMs(): number
  after(delayMs: number, run: () => void): DriverTimer
}

export interface DriverLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Milliseconds of the system's monotonic clock: the same in every process of the machine. */
export function systemMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** The clock of the driver's own process. */
export const systemClock: DriverClock = {
  monotonicMs: systemMs,
  after: (delayMs, run) => {
    const handle = setTimeout(run, delayMs)
    return { cancel: () => clearTimeout(handle) }
  },
}
