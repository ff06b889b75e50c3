import { type AnyTRPCRouter, getTRPCErrorShape, TRPCError } from '@trpc/server';
import type { Encoder } from '@trpc/server/adapters/ws';
import { parseTRPCMessage, type TRPCClientOutgoingMessage, type TRPCRequestMessage } from '@trpc/server/rpc';
import { AppError } from '../../app-error.ts';
import type { LaneMarks } from '../../realtime/lane-marks.ts';
import { trpcCodeOf } from '../../trpc/errors.ts';
import { isNestedDeeper, MAX_INPUT_DEPTH } from '../json-depth.ts';

/** A batch, a message and its parameters are around an input. */
const MAX_FRAME_DEPTH = MAX_INPUT_DEPTH + 3;

interface Options {
  router: AnyTRPCRouter;
  limits: { maxBatch: number; maxSubscriptions: number; maxCalls: number };
  /** False once the socket was hung up on: what still comes in is not acted upon. */
  isOpen(): boolean;
  send(text: string): void;
  marks: LaneMarks;
}

/**
 * The codec of one socket, which bounds what the socket has under way. tRPC has no such limit and no place for one that
 * sees both a call begin and a subscription end, but every message passes here: a call begins when its request is
 * decoded and is over when its last answer is encoded. What goes over a limit is answered here and never reaches tRPC.
 */
export function createOperations({ router, limits, isOpen, send, marks }: Options): Encoder {
  const { transformer } = router._def._config;
  const active = new Map<number | string, TRPCRequestMessage['method']>();
  let isFirst = true;

  const overLimit = ({ id, method }: { id: number | string; method: string }): AppError | null => {
    if (active.has(id)) {
      return new AppError('BAD_INPUT', {
        message: `The id ${String(id).slice(0, 40)} is in use. Use another.`,
      });
    }
    const isSubscription = method === 'subscription';
    const same = [...active.values()].filter((other) => (other === 'subscription') === isSubscription);
    if (same.length < (isSubscription ? limits.maxSubscriptions : limits.maxCalls)) return null;
    const what = isSubscription ? 'subscriptions' : 'calls';
    return new AppError('TOO_MANY_REQUESTS', {
      message: `Too many ${what} on this connection. End some first.`,
    });
  };

  /** True when the message may go on to tRPC. */
  const admit = (message: TRPCClientOutgoingMessage): boolean => {
    if (message.method === 'subscription.stop' || message.id === null) return true;
    const { id, method } = message;
    const refusal = overLimit({ id, method });
    if (refusal === null) active.set(id, method);
    else send(JSON.stringify({ id, error: errorShape(router, refusal, method) }));
    return refusal === null;
  };

  return {
    decode(data) {
      if (typeof data !== 'string') throw refused('Send text frames.');
      if (!isOpen()) throw refused('This connection is closing. Reconnect.');
      if (isNestedDeeper(data, MAX_FRAME_DEPTH)) {
        throw refused(`The input nests deeper than ${MAX_INPUT_DEPTH} levels.`);
      }
      const decoded: unknown = JSON.parse(data);
      if (isFirst) {
        // The connection's parameters, which are no call.
        isFirst = false;
        return decoded;
      }
      const isBatch = Array.isArray(decoded);
      // tRPC refuses it as a whole.
      if (isBatch && decoded.length > limits.maxBatch) return decoded;
      // All or nothing, as tRPC does it: one message that cannot be read, and it acts on none of the frame.
      const messages = (isBatch ? decoded : [decoded]).map((raw: unknown) => ({
        raw,
        message: parseTRPCMessage(raw, transformer),
      }));
      return messages.filter(({ message }) => admit(message)).map(({ raw }) => raw);
    },
    encode(message) {
      const text = JSON.stringify(message);
      // tRPC sends the text before anything else happens, so the lane's next frame comes after it.
      marks.spot(message);
      const answered = lastAnswer(message);
      if (answered !== null && (answered.isFinal || active.get(answered.id) !== 'subscription')) {
        active.delete(answered.id);
      }
      return text;
    },
  };
}

/** The call that a message answers, and whether it is the last for any kind of call. */
function lastAnswer(message: unknown): { id: number | string; isFinal: boolean } | null {
  if (!isRecord(message)) return null;
  const { id, error, result } = message;
  if (typeof id !== 'number' && typeof id !== 'string') return null;
  return { id, isFinal: error !== undefined || (isRecord(result) && result['type'] === 'stopped') };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function refused(message: string): AppError {
  return new AppError('BAD_INPUT', { message });
}

function errorShape(router: AnyTRPCRouter, refusal: AppError, type: TRPCRequestMessage['method']): unknown {
  return getTRPCErrorShape({
    config: router._def._config,
    error: new TRPCError({ code: trpcCodeOf(refusal.code), message: refusal.message, cause: refusal }),
    type,
    path: undefined,
    input: undefined,
    ctx: undefined,
  });
}
