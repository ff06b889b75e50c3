import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Schema } from '../../db/schema.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { setMute } from './room-member-store.ts';
import { lockRoom } from './room-store.ts';
import { createStaffedRoom, failure, idOf, say } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** Of this database alone: others of the same server have tests of their own. */
const waiting = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

/** Starts `post` once `change` is done and not committed, and commits when `post` waits for it. */
async function whileUncommitted(
  change: (db: Kysely<Schema>) => Promise<unknown>,
  post: () => Promise<unknown>,
): Promise<unknown> {
  const { db } = test.backend.database;
  const { posting } = await db.transaction().execute(async (tx) => {
    await change(tx);
    const started = post().catch((err: unknown) => err);
    await expect.poll(async () => (await sql`${waiting}`.execute(db)).rows.length).toBeGreaterThan(0);
    return { posting: started };
  });
  return await posting;
}

describe('a message that waits', () => {
  it('for its author to be muted is refused', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const key = { tenantId: owner.ctx.caller.tenantId, roomId, userId: idOf(member) };
    const answer = await whileUncommitted(
      async (db) => {
        await lockRoom(db, key);
        await setMute(db, key, 60);
      },
      async () => await say(member, roomId, 'no'),
    );
    expect(answer).toMatchObject(failure('MUTED'));
  });

  it('for another of the same member, on another node and in slow mode, is refused', async () => {
    const { roomId, member } = await createStaffedRoom(test.backend, { slowModeSeconds: 600 });
    const answer = await whileUncommitted(
      async (db) => {
        await db
          .updateTable('roomMembers')
          .set({ lastPostedAt: new Date() })
          .where('roomId', '=', roomId)
          .where('userId', '=', idOf(member))
          .execute();
      },
      async () => await say(member, roomId, 'no'),
    );
    expect(answer).toMatchObject(failure('SLOW_MODE'));
  });
});

describe('a stranger', () => {
  it('waits for nobody in a room that is not theirs', async () => {
    const { roomId, owner, stranger } = await createStaffedRoom(test.backend);
    const { messageId } = await say(owner, roomId, 'hello');
    const { tenantId } = owner.ctx.caller;
    await test.backend.database.db.transaction().execute(async (tx) => {
      await lockRoom(tx, { tenantId, roomId });
      const deleting = stranger.call.chat.deleteMessage({ roomId, messageId });
      await expect(deleting).rejects.toMatchObject(failure('NOT_FOUND'));
    });
  });
});
