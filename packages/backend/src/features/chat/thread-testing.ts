import type { CreateRoomInput } from '@aura/contract';
import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Backend } from '../../create-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import type { Asked } from '../agent/agent-testing.ts';
import { askInRoom, firstMember } from './room-agent-testing.ts';
import { createTestRoom, say } from './room-testing.ts';

/** A room of three with a message to reply to. */
export interface ThreadScene {
  roomId: string;
  owner: TestCaller;
  asker: TestCaller;
  other: TestCaller;
  /** The owner's message. */
  threadOf: string;
  /** Asks in its thread; the asker does, if nobody else is named. */
  ask(script: string, caller?: TestCaller): Promise<Asked>;
}

export async function createThreadScene(
  backend: Backend,
  input: Partial<CreateRoomInput> = {},
): Promise<ThreadScene> {
  const room = await createTestRoom(backend, { memberCount: 2, ...input });
  const { roomId, owner, members } = room;
  const asker = firstMember(room);
  const { messageId: threadOf } = await say(owner, roomId, 'root');
  return {
    roomId,
    owner,
    asker,
    other: members[1] ?? asker,
    threadOf,
    ask: async (script, caller = asker) => await askInRoom(caller, roomId, script, { threadOf }),
  };
}

/** All that were ever asked for in a room, in order. */
export async function runsOf(
  { database }: Pick<Backend, 'database'>,
  roomId: string,
): Promise<{ id: string; status: string }[]> {
  return await database.db
    .selectFrom('runs')
    .select(['id', 'status'])
    .where('conversationId', '=', roomId)
    .orderBy('firstSeq')
    .execute();
}

export async function untilSaying({ call }: TestCaller, { runId }: Asked): Promise<void> {
  await expect
    .poll(async () => (await call.agent.get({ runId })).state.items.some(({ kind }) => kind === 'text'))
    .toBe(true);
}

/** As when its owner dies. */
export async function abandonRun(
  { database }: Pick<Backend, 'database'>,
  { runId }: Asked,
  more: { noProgress?: number } = {},
): Promise<void> {
  await database.db
    .updateTable('runs')
    .set((eb) => ({
      owner: 'a dead node',
      fence: eb('fence', '+', 1),
      leaseUntil: sql<Date>`clock_timestamp() - interval '1 second'`,
      ...more,
    }))
    .where('id', '=', runId)
    .execute();
}
