import { randomUUID } from 'node:crypto';
import type { RoomView, RunEvent, RunState } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { withTransaction } from '../../db/transaction.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import type { Asked } from '../agent/agent-testing.ts';
import { runEvents } from '../agent/run-events.ts';
import { announceInRoom } from './announce-in-room.ts';
import { findRoom } from './room-store.ts';
import type { TestRoom } from './room-testing.ts';
import { roomView } from './room-view.ts';

/** Asks the agent in a room; `script` is what the offline model then does. */
export async function askInRoom(
  { call }: TestCaller,
  roomId: string,
  script: string,
  place: { threadOf?: string } = {},
): Promise<Asked> {
  const post = { roomId, text: `@agent\n${script}`, clientId: randomUUID(), ...place };
  const { messageId, runId } = await call.chat.postMessage(post);
  if (runId === null) throw new Error('the agent was not asked');
  return { conversationId: roomId, messageId, runId };
}

/** All that a member is told of a run until it has ended, and where that leaves them. */
export async function untilRunEnded(
  { ctx, call }: TestCaller,
  { runId }: Asked,
): Promise<{ events: RunEvent[]; run: RunState }> {
  const events: RunEvent[] = [];
  for await (const envelope of await runEvents(ctx, { runId }, AbortSignal.timeout(15_000))) {
    if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its cursor');
    const [, event] = envelope;
    if (event.type !== 'reset') events.push(event);
  }
  const { state: run } = await call.agent.get({ runId });
  if (run.endedAt === null) throw new Error('the run has not ended');
  return { events, run };
}

/** The first of those invited. */
export function firstMember({ members }: TestRoom): TestCaller {
  const [member] = members;
  if (member === undefined) throw new Error('nobody was invited');
  return member;
}

/** Changes what a room's rules are and says so in it. */
export async function changeRoom(
  { ctx }: TestCaller,
  roomId: string,
  change: Partial<Pick<RoomView, 'name' | 'deciders' | 'hidesArgs'>>,
): Promise<void> {
  const place = { tenantId: ctx.caller.tenantId, roomId };
  await withTransaction(ctx, async (tx) => {
    await tx.db.updateTable('rooms').set(change).where('id', '=', roomId).execute();
    const row = await findRoom(tx.db, place);
    if (row === undefined) throw new Error('no such room');
    await announceInRoom(tx, place, { events: [{ type: 'room_updated', data: { room: roomView(row) } }] });
  });
}
