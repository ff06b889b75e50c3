import { randomBytes } from 'node:crypto';
import type { RoomEphemeralEvent, RoomEphemeralInput } from '@aura/contract';
import { tracked, type TrackedEnvelope } from '@trpc/server';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readStreamHead } from '../../realtime/read-events.ts';
import { createBell } from '../../realtime/bell.ts';
import { enterRoom } from './room-access.ts';

/**
 * Which members of a room are online, and who of them is typing: `now` first, then at most one `changed` a second. A
 * reader that could not keep up gets another `now` instead of what it missed. Nothing can be resumed: `lastEventId` is
 * taken and means nothing. Ends with FORBIDDEN as soon as the caller is no member any more.
 */
export async function* roomEphemeral(
  ctx: CallerContext,
  { roomId }: RoomEphemeralInput,
  signal: AbortSignal,
): AsyncGenerator<TrackedEnvelope<RoomEphemeralEvent>, void, undefined> {
  const { tenantId, userId } = ctx.caller;
  // The head first: whoever is a member after it may be so only by an event that this node has not heard of yet.
  const from = await withTransaction(ctx, async ({ db }) => {
    const stream = await readStreamHead(db, roomId);
    await enterRoom(db, ctx.caller, { roomId });
    return stream?.head ?? 0;
  });
  using held = await ctx.roomMoments.attend({ tenantId, roomId });
  const { moment } = held;
  using bell = createBell(signal);
  using _changes = moment.onChange(bell.ring);
  // The client takes two events with one id for the same event, also across connections.
  const prefix = randomBytes(9).toString('base64url');
  let version = 0;
  for (let count = 0; !signal.aborted;) {
    await ctx.flow?.ready(signal);
    if (signal.aborted) return;
    if (moment.failure !== null) throw moment.failure.err;
    if (moment.seq >= from && moment.memberOf(userId) === undefined) {
      throw new AppError('FORBIDDEN', { message: 'You are not in this room any more.' });
    }
    const { told } = moment;
    if (told.version === version) {
      await bell.rung();
      continue;
    }
    const isNext = told.version === version + 1 && told.changed !== null;
    version = told.version;
    yield tracked(`${prefix}.${++count}`, isNext && told.changed !== null ? told.changed : told.now);
  }
}
