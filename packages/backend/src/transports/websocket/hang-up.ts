import type { WebSocket } from 'ws';

/** Why a socket was closed, as its client reads it. */
export const CLOSE_CODES = {
  /** The server stops: come back, there or elsewhere. */
  restart: 1012,
  /** No token, a bad one, or one that ended: refresh it and come back. */
  unauthorized: 4401,
  /** The session ended: sign in again. */
  revoked: 4403,
  /** On the chat socket: this user is not in the room any more. */
  departed: 4404,
  /** On the chat socket: too many frames that make no sense. */
  misbehaved: 1008,
  /** This user has too many sockets: come back later. */
  tooMany: 4429,
} as const;

/** Closes with a reason, and cuts the connection when the other side does not finish the handshake in time. */
export function hangUp(
  ws: WebSocket,
  { reason, code, withinMs }: { reason: string; code: number; withinMs: number },
): void {
  if (ws.readyState !== ws.OPEN) return;
  const timer = setTimeout(() => ws.terminate(), withinMs);
  ws.once('close', () => clearTimeout(timer));
  ws.close(code, reason);
}
