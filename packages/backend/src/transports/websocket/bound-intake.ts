import type { WebSocket } from 'ws';
import type { SocketFlow } from '../../realtime/socket-flow.ts';

/**
 * Stops reading from a client that does not read its answers, so that it cannot pile them up here by asking on. Goes on
 * when it has read them; `flow` closes the socket when it never does.
 */
export function boundIntake(
  ws: WebSocket,
  { flow, pauseBytes, signal }: { flow: SocketFlow; pauseBytes: number; signal: AbortSignal },
): void {
  ws.on('message', () => {
    if (ws.isPaused || ws.bufferedAmount <= pauseBytes) return;
    ws.pause();
    void flow.ready(signal).then(() => ws.resume());
  });
}
