import type { IncomingMessage } from 'node:http';
import type { CallerContext, Core } from '../../context.ts';
import { chatRouter } from '../../features/chat/chat-router.ts';
import { createCallerFactory } from '../../trpc/trpc.ts';
import { requestId } from '../request-id.ts';
import { requestInfo } from '../request-info.ts';
import type { ChatAddress } from './chat-address.ts';
import { identifyCaller } from './identify-caller.ts';

const createCaller = createCallerFactory(chatRouter);
export type ChatProcedures = ReturnType<typeof createCaller>;

/** Somebody who may come into a room: all that is done for them goes through the procedures, with every check. */
export interface Admitted {
  ctx: CallerContext;
  call: ChatProcedures;
  room: { id: string; number: number };
  /** What happens after it is for them. */
  cursor: string;
}

/**
 * Who asks for a socket, in the room they ask for; a public one is joined. `signal` ends what they follow. Throws what keeps
 * them out.
 */
export async function admitToRoom(
  core: Core,
  req: IncomingMessage,
  { address, signal }: { address: ChatAddress; signal: AbortSignal },
): Promise<Admitted> {
  const info = requestInfo(req, requestId(req), core.config);
  const ctx = await identifyCaller(core, req, { query: address.query, info });
  const call = createCaller(ctx, { signal });
  const { roomNumber: number } = address;
  const { roomId, isMember, cursor } = await call.byNumber.find({ number });
  if (!isMember) await call.joinRoom({ roomId });
  return { ctx, call, room: { id: roomId, number }, cursor };
}
