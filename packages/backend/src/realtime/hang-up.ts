/** Why a socket was closed, as its client reads it. */
export const CLOSE_CODES = {
  /** The server stops: come back, there or elsewhere. */
  restart: 1012,
  /** No token, a bad one, or one that ended: refresh it and come back. */
  unauthorized: 4401,
  /** The session ended: sign in again. */
  revoked: 4403,
  /** It does not read what it is sent: come back and resume. */
  slow: 4008,
  /** On the chat socket: this user is not in the room any more. */
  departed: 4404,
  /** On the chat socket: too many frames that make no sense. */
  misbehaved: 1008,
  /** This user has too many sockets: come back later. */
  tooMany: 4429,
} as const;

/** What is needed of a WebSocket for that. */
export interface Closable {
  readonly readyState: number;
  readonly OPEN: number;
  once(event: 'close', listener: () => void): unknown;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** Closes with a reason, and cuts the connection when the other side does not finish the handshake in time. */
export function hangUp(
  ws: Closable,
  { reason, code, withinMs }: { reason: string; code: number; withinMs: number },
): void {
  if (ws.readyState !== ws.OPEN) return;
  const timer = setTimeout(() => ws.terminate(), withinMs);
  ws.once('close', () => clearTimeout(timer));
  ws.close(code, reason);
}
