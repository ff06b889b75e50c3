import type { WebSocket } from 'ws';

/** Cuts a connection whose other end is gone without a word: pings it, and waits so long for the answer. */
export function keepAlive(ws: WebSocket, { pingMs, pongMs }: { pingMs: number; pongMs: number }): Disposable {
  let waiting: NodeJS.Timeout | null = null;
  const onPong = (): void => {
    if (waiting !== null) clearTimeout(waiting);
    waiting = null;
  };
  ws.on('pong', onPong);
  const pinging = setInterval(() => {
    if (ws.readyState === ws.OPEN) ws.ping();
    waiting ??= setTimeout(() => ws.terminate(), pongMs);
  }, pingMs);
  return {
    [Symbol.dispose]() {
      clearInterval(pinging);
      onPong();
    },
  };
}
