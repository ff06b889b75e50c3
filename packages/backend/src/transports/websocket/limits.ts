import { FLOW_LIMITS, type FlowLimits } from '../../realtime/socket-flow.ts';

/** What sockets may take of this process; times in milliseconds. */
export interface SocketLimits {
  maxSockets: number;
  maxSocketsPerAddress: number;
  /** Not counting those told to hand over; of these as many again. */
  maxSocketsPerUser: number;
  maxFrameBytes: number;
  /** Messages in one frame: a client that comes back subscribes again to everything at once. */
  maxBatch: number;
  maxSubscriptions: number;
  /** Queries and mutations of one socket under way at once. */
  maxCalls: number;
  /** For the first message, which carries the token. */
  firstMessageMs: number;
  /** How long before its token ends a socket is told to hand over: between the two, at random. */
  nudgeBeforeEndMs: { min: number; max: number };
  /** And not sooner than this after it opened: a client that keeps coming with an old token must not spin. */
  minNudgeMs: number;
  /** For clocks that differ. */
  endGraceMs: number;
  /** For the closing handshake, and for sending what waits before it. */
  closeMs: number;
  pingMs: number;
  pongMs: number;
  flow: FlowLimits;
}

export const SOCKET_LIMITS: SocketLimits = {
  maxSockets: 5_000,
  maxSocketsPerAddress: 500,
  maxSocketsPerUser: 20,
  maxFrameBytes: 65_536,
  maxBatch: 128,
  maxSubscriptions: 64,
  maxCalls: 32,
  firstMessageMs: 5_000,
  nudgeBeforeEndMs: { min: 60_000, max: 120_000 },
  minNudgeMs: 5_000,
  endGraceMs: 5_000,
  closeMs: 2_000,
  pingMs: 25_000,
  pongMs: 15_000,
  flow: FLOW_LIMITS,
};
