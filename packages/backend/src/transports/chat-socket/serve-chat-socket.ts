import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { CallerContext } from '../../context.ts';
import { createSocketFlow } from '../../realtime/socket-flow.ts';
import type { Senders } from '../../features/chat/senders.ts';
import { errorData } from '../../trpc/errors.ts';
import { reportError } from '../report-error.ts';
import { asError } from '../rest/rest-failure.ts';
import { boundIntake } from '../websocket/bound-intake.ts';
import { CLOSE_CODES, hangUp } from '../../realtime/hang-up.ts';
import type { SocketLimits } from '../websocket/limits.ts';
import type { SocketRegistry } from '../websocket/socket-registry.ts';
import type { Admitted } from './admit-to-room.ts';
import { hearFrames } from './hear-frames.ts';
import { keepAlive } from './keep-alive.ts';
import type { RoomSeats } from './room-seats.ts';
import { tellMessages } from './tell-messages.ts';

export interface ChatSocketParts {
  limits: SocketLimits;
  registry: SocketRegistry;
  senders: Senders;
  seats: RoomSeats;
}

type End = (code: number, reason: string) => void;

/** Longer timers fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * One chat socket, from the upgrade to its end; disposes of `untilClosed` then. It ends with the caller's token, session,
 * rights or place in the room, and when its client does not read.
 */
export function serveChatSocket(
  parts: ChatSocketParts,
  ws: WebSocket,
  arrival: { req: IncomingMessage; admitted: Admitted; untilClosed: DisposableStack },
): void {
  const { limits, registry, seats, senders } = parts;
  const { req, admitted, untilClosed } = arrival;
  const { ctx, room } = admitted;
  const { caller } = ctx;
  ws.on('error', (err) => ctx.log.debug({ err: err.message }, 'a chat socket broke'));
  ws.once('close', () => untilClosed.dispose());
  const end: End = (code, reason) => hangUp(ws, { code, reason, withinMs: limits.closeMs });

  const place = registry.signIn(ws, caller);
  if (place === null) {
    end(CLOSE_CODES.tooMany, 'too many connections');
    return;
  }
  untilClosed.use(place);
  untilClosed.use(ctx.presence.arrive(caller));
  untilClosed.use(boundToCaller(ctx, limits, end));
  untilClosed.use(keepAlive(ws, limits));

  const closed = untilClosed.adopt(new AbortController(), (controller) => controller.abort());
  const flow = createSocketFlow(ws, req.socket, limits.flow);
  boundIntake(ws, { flow, pauseBytes: limits.flow.pauseBytes, signal: closed.signal });
  hearFrames(ws, admitted, limits);
  const send = async (frame: string): Promise<void> => {
    await flow.ready(closed.signal);
    if (ws.readyState === ws.OPEN) ws.send(frame);
  };
  tellMessages(admitted, { senders, send }).catch((err: unknown) => {
    if (closed.signal.aborted) return;
    const error = asError(err);
    reportError(ctx.log, { error, path: 'chat.events', ctx });
    const { code } = errorData(error, null);
    if (code === 'FORBIDDEN' || code === 'NOT_FOUND') end(CLOSE_CODES.departed, 'not in this room any more');
    else end(CLOSE_CODES.restart, 'unavailable');
  });
  untilClosed.use(
    seats.take({
      tenantId: caller.tenantId,
      roomId: room.id,
      userId: caller.userId,
      // Whoever does not read is closed on for the messages; who comes and goes meanwhile need not pile up.
      tell: (frame) => {
        if (ws.bufferedAmount <= limits.flow.pauseBytes && ws.readyState === ws.OPEN) ws.send(frame);
      },
    }),
  );
}

/** Ends a socket with what its caller may do: the token, the session, the rights of an API key. */
function boundToCaller(
  { caller, clock, sessionWatch }: CallerContext,
  limits: SocketLimits,
  end: End,
): Disposable {
  const bound = new DisposableStack();
  bound.use(sessionWatch.attend(caller, () => end(CLOSE_CODES.unauthorized, 'rights changed')));
  // The session may have ended while the room was entered, when nobody knew of this socket.
  if (sessionWatch.isRevoked(caller.sessionId)) end(CLOSE_CODES.revoked, 'session ended');
  const leftMs = caller.expiresAt.getTime() - clock.now().getTime() + limits.endGraceMs;
  const ending = setTimeout(
    () => end(CLOSE_CODES.unauthorized, 'token ended'),
    Math.min(leftMs, MAX_TIMER_MS),
  );
  bound.defer(() => clearTimeout(ending));
  return bound;
}
