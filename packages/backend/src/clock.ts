/** The time of day, replaceable in tests. Leases and expiries use the database's clock instead. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
