import { randomUUID } from 'node:crypto';
import type { RoomEvent, RunEvent, RunView } from '@aura/contract';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { withTransaction } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { placeAnswers } from '../agent/place-answers.ts';
import { recordEvents } from '../conversation/announce-conversation.ts';
import { announceInRoom } from './announce-in-room.ts';

/** More kinds than a message may have. */
export const EMOJIS = Array.from('😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏😐😑😒😓😔😕😖');

/** By rows alone: how muting and archiving come about is told elsewhere. */
export async function setMuted({ ctx }: TestCaller, roomId: string, seconds: number): Promise<void> {
  await ctx.database.db
    .updateTable('roomMembers')
    .set({ mutedUntil: sql<Date>`now() + make_interval(secs => ${seconds})` })
    .where('roomId', '=', roomId)
    .where('userId', '=', ctx.caller.userId)
    .execute();
}

export async function setArchived({ ctx }: TestCaller, roomId: string, isArchived: boolean): Promise<void> {
  await ctx.database.db
    .updateTable('rooms')
    .set({ archivedAt: isArchived ? sql<Date>`now()` : null })
    .where('id', '=', roomId)
    .execute();
}

/** Proves that each of these calls is refused for a hidden room as it is for none, to the byte. */
export async function hiddenFrom(
  roomId: string,
  calls: (roomId: string) => Promise<PromiseSettledResult<unknown>[]>,
): Promise<void> {
  const [hidden, missing] = [await calls(roomId), await calls(randomUUID())];
  for (const [index, outcome] of hidden.entries()) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { cause: { code: 'NOT_FOUND' } } });
    expect(JSON.stringify(outcome)).toBe(JSON.stringify(missing[index]));
  }
}

/** Appends what some use case would say of what it did. */
export async function announceAs(
  { ctx }: TestCaller,
  roomId: string,
  event: Unplaced<RoomEvent>,
): Promise<void> {
  const { tenantId } = ctx.caller;
  await withTransaction(ctx, async (tx) => {
    await announceInRoom(tx, { tenantId, roomId }, { events: [event] });
  });
}

/**
 * A run that answers a message, as a runner leaves it that is at it: its rows, and `run_created` in the log. In a thread it
 * is an active one until it says `done`.
 */
export async function startTestRun(
  { ctx }: TestCaller,
  roomId: string,
  messageId: string,
  threadOf: string | null = null,
): Promise<{ runId: string; say(...events: Unplaced<RunEvent>[]): Promise<void> }> {
  const { tenantId, userId } = ctx.caller;
  const { db } = ctx.database;
  const run: RunView = {
    id: randomUUID(),
    conversationId: roomId,
    messageId,
    ...(threadOf !== null && { threadOf }),
    model: 'aura-offline',
    status: 'queued',
    error: null,
    createdAt: new Date().toISOString(),
    startedAt: null,
    endedAt: null,
  };
  const record = async (events: Unplaced<RunEvent>[]): Promise<void> =>
    await withTransaction(ctx, async (tx) => {
      const own = events.map((event) => ({ ...event, runId: run.id }));
      await recordEvents(tx, { id: roomId, tenantId }, await placeAnswers(tx, { threadOf }, own));
      if (!own.some(({ type }) => type === 'done')) return;
      await tx.db.updateTable('runs').set({ status: 'completed' }).where('id', '=', run.id).execute();
    });
  const { head } = await db
    .selectFrom('streams')
    .select('head')
    .where('id', '=', roomId)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('runs')
    .values({
      id: run.id,
      tenantId,
      conversationId: roomId,
      userId,
      messageId,
      threadOf,
      model: run.model,
      status: 'queued',
      firstSeq: head + 1,
    })
    .execute();
  await db.updateTable('messages').set({ runId: run.id }).where('id', '=', messageId).execute();
  await db.updateTable('conversations').set({ activeRunId: run.id }).where('id', '=', roomId).execute();
  await record([{ type: 'run_created', data: { run } }]);
  return { runId: run.id, say: async (...events) => await record(events) };
}
