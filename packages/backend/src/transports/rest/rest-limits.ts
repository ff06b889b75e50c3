/** What event streams may take of this process; times in milliseconds. */
export interface RestLimits {
  maxStreams: number;
  /** Of one user, or of one address without a user. */
  maxStreamsPerOwner: number;
  heartbeatMs: number;
  /** How long a reader may take nothing before its connection is cut. */
  stallMs: number;
}

export const REST_LIMITS: RestLimits = {
  maxStreams: 5_000,
  maxStreamsPerOwner: 20,
  heartbeatMs: 15_000,
  stallMs: 60_000,
};
