import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { errorData, publicMessage } from '../../trpc/errors.ts';
import { reportError } from '../report-error.ts';
import { asError } from '../rest/rest-failure.ts';
import { CLOSE_CODES, hangUp } from '../../realtime/hang-up.ts';
import type { Admitted } from './admit-to-room.ts';
import { errorFrame, parseChatFrame } from './chat-frames.ts';

/** Frames without sense that a socket may send in a minute, less one: the last of them closes it. */
const MAX_BAD_FRAMES = 10;
const BAD_FRAMES_WINDOW_MS = 60_000;
/** Frames that wait for those before them; above that the socket is not read. */
const MAX_WAITING = 16;

/** Posts what the client says, one after the other. What is refused is answered with an error frame. */
export function hearFrames(ws: WebSocket, admitted: Admitted, { closeMs }: { closeMs: number }): void {
  const badAtMs: number[] = [];
  let waiting = 0;
  let turn = Promise.resolve();

  const refuse = (code: Parameters<typeof errorFrame>[0], message: string): void => {
    if (ws.readyState === ws.OPEN) ws.send(errorFrame(code, message));
    if (code !== 'BAD_INPUT') return;
    const nowMs = performance.now();
    badAtMs.push(nowMs);
    while ((badAtMs[0] ?? nowMs) <= nowMs - BAD_FRAMES_WINDOW_MS) badAtMs.shift();
    if (badAtMs.length >= MAX_BAD_FRAMES) {
      hangUp(ws, { code: CLOSE_CODES.misbehaved, reason: 'too many bad frames', withinMs: closeMs });
    }
  };

  const hear = async (data: RawData, isBinary: boolean): Promise<void> => {
    if (ws.readyState !== ws.OPEN) return;
    const frame = parseChatFrame(isBinary ? '' : textOf(data));
    if (frame.kind === 'bad') {
      refuse(frame.code, frame.message);
      return;
    }
    try {
      await post(admitted, frame);
    } catch (err) {
      const error = asError(err);
      const { ctx } = admitted;
      reportError(ctx.log, { error, path: 'chat.postMessage', ctx });
      refuse(errorData(error, ctx.request.id).code, publicMessage(error));
    }
  };

  ws.on('message', (data, isBinary) => {
    if (++waiting > MAX_WAITING) ws.pause();
    turn = turn.then(async () => {
      await hear(data, isBinary);
      if (--waiting <= MAX_WAITING && ws.isPaused) ws.resume();
    });
  });
}

async function post(
  { call, room }: Admitted,
  { text, clientId }: { text: string; clientId: string | null },
): Promise<void> {
  await call.postMessage({ roomId: room.id, text, clientId: clientId ?? randomUUID() });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
