import { randomUUID } from 'node:crypto';
import type { RoomRole } from '@aura/contract';
import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Backend } from '../../create-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { createTestRoom } from './room-testing.ts';

/** More kinds than a message may have. */
export const EMOJIS = [...'😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏😐😑😒😓😔😕😖'];

export interface TestTrio {
  roomId: string;
  owner: TestCaller;
  moderator: TestCaller;
  member: TestCaller;
}

/** A room with one of each role. */
export async function createTestTrio(backend: Backend): Promise<TestTrio> {
  const { roomId, owner, members } = await createTestRoom(backend, { memberCount: 2 });
  const [moderator, member] = members;
  if (moderator === undefined || member === undefined) throw new Error('a room without its members');
  await setRole(moderator, roomId, 'moderator');
  return { roomId, owner, moderator, member };
}

/** By rows alone: how roles, muting and archiving come about is told elsewhere. */
export async function setRole({ ctx }: TestCaller, roomId: string, role: RoomRole): Promise<void> {
  await ctx.database.db
    .updateTable('roomMembers')
    .set({ role })
    .where('roomId', '=', roomId)
    .where('userId', '=', ctx.caller.userId)
    .execute();
}

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
