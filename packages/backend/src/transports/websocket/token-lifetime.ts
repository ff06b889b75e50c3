import type { WebSocket } from 'ws';
import { CLOSE_CODES, hangUp } from '../../realtime/hang-up.ts';
import type { SocketLimits } from './limits.ts';

const RECONNECT = JSON.stringify({ id: null, method: 'reconnect' });

/**
 * Tells one client to hand over: it opens a second socket with a fresh token, moves its subscriptions there from the
 * event each had last, and then closes this one. Nobody who watches sees it.
 */
export function nudge(ws: WebSocket): void {
  if (ws.readyState === ws.OPEN) ws.send(RECONNECT);
}

/**
 * A socket lives no longer than the token it came with: told in time to hand over, closed when it has not. Dispose of
 * the answer when the socket has closed.
 */
export function boundToToken(
  ws: WebSocket,
  token: { leftMs: number; limits: SocketLimits; onNudge: () => void },
): Disposable {
  const { leftMs, limits, onNudge } = token;
  const { min, max } = limits.nudgeBeforeEndMs;
  // At random, or the clients of a server that started at once would all come back at once, every time.
  const nudgeInMs = Math.max(limits.minNudgeMs, leftMs - min - Math.random() * (max - min));
  const nudging = setTimeout(() => {
    onNudge();
    nudge(ws);
  }, nudgeInMs);
  const ending = setTimeout(
    () => hangUp(ws, { code: CLOSE_CODES.unauthorized, reason: 'token ended', withinMs: limits.closeMs }),
    leftMs + limits.endGraceMs,
  );
  return {
    [Symbol.dispose]: () => {
      clearTimeout(nudging);
      clearTimeout(ending);
    },
  };
}
