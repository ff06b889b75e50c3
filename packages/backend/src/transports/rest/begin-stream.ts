import type { FastifyReply } from 'fastify';
import { AppError } from '../../app-error.ts';
import type { Caller, Core, RequestContext } from '../../context.ts';
import type { StreamPlaces } from './stream-places.ts';

/** What a stream belongs to. */
export interface StreamOwner {
  core: Core;
  places: StreamPlaces;
  /** Aborts when this server stops. */
  closing: AbortSignal;
}

/** Longer ones fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Takes a place for a stream until its connection closes. The answer aborts when nothing may be told any more: the token or
 * the session has ended, the connection has closed, or the server stops. Throws TOO_MANY_REQUESTS.
 */
export function beginStream(
  { core, places, closing }: StreamOwner,
  { caller, request }: Pick<RequestContext, 'caller' | 'request'>,
  reply: FastifyReply,
): AbortSignal {
  const untilClosed = closingWith(reply);
  untilClosed.use(takePlace(places, caller?.userId ?? request.address ?? ''));
  return AbortSignal.any([closing, untilEnd(core, caller, untilClosed)]);
}

/** Disposed of with the connection, also when the request is refused: what is sent then closes the response. */
function closingWith({ raw }: FastifyReply): DisposableStack {
  if (raw.closed) throw new AppError('UNAVAILABLE', { message: 'The connection closed.' });
  const untilClosed = new DisposableStack();
  raw.once('close', () => untilClosed.dispose());
  return untilClosed;
}

/** Aborts when nothing may be told any more: the token or the session has ended, or the connection has closed. */
function untilEnd(core: Core, caller: Caller | null, untilClosed: DisposableStack): AbortSignal {
  const controller = untilClosed.adopt(new AbortController(), (own) => own.abort());
  const end = (): void => controller.abort();
  if (caller === null) return controller.signal;
  const leftMs = caller.expiresAt.getTime() - core.clock.now().getTime();
  const timer = setTimeout(end, Math.min(leftMs, MAX_TIMER_MS));
  untilClosed.defer(() => clearTimeout(timer));
  untilClosed.use(core.sessionWatch.attend(caller, end));
  untilClosed.use(
    core.sessionWatch.onRevoked((sessionId) => {
      if (sessionId === caller.sessionId) end();
    }),
  );
  return controller.signal;
}

function takePlace(places: StreamPlaces, owner: string): Disposable {
  const place = places.take(owner);
  if (place !== null) return place;
  throw new AppError('TOO_MANY_REQUESTS', { message: 'Too many open event streams. Close some first.' });
}
