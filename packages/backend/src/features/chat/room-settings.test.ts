import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { withTransaction } from '../../db/transaction.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createRun } from '../agent/create-run.ts';
import { announceInRoom } from './announce-in-room.ts';
import {
  auditOf,
  createStaffedRoom,
  expectRoomConverges,
  failure,
  followRoom,
  idOf,
  roomHead,
  say,
  type StaffedRoom,
} from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  // Runs stay where they are until something is done about them.
  test = await createTestBackend({ isStarted: false });
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('chat.updateRoom', () => {
  it('is for owners, the topic for moderators too, and for models that are there', async () => {
    const { roomId, owner, moderator, member, stranger } = await createStaffedRoom(test.backend);
    const topic = 'What it is about';
    await expect(stranger.call.chat.updateRoom({ roomId, topic })).rejects.toMatchObject(
      failure('NOT_FOUND'),
    );
    await expect(member.call.chat.updateRoom({ roomId, topic })).rejects.toMatchObject(failure('FORBIDDEN'));
    for (const change of [{ name: 'n' }, { slowModeSeconds: 0 }, { isPublic: true, topic }]) {
      const call = moderator.call.chat.updateRoom({ roomId, ...change });
      await expect(call).rejects.toMatchObject(failure('FORBIDDEN'));
    }
    expect(await moderator.call.chat.updateRoom({ roomId, topic })).toMatchObject({ topic });
    for (const change of [{ name: ' ' }, { model: 'none' }, { slowModeSeconds: -1 }]) {
      const call = owner.call.chat.updateRoom({ roomId, ...change });
      await expect(call).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
  });

  it.each([
    { name: 'a\0b' },
    { topic: '' },
    { isPublic: true },
    { model: 'aura-offline-mini' },
    { deciders: 'members' },
    { hidesArgs: true },
    { slowModeSeconds: 30 },
  ] as const)('changes what is given and leaves the rest (%j)', async (change) => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend, { topic: 'old' });
    const { state: before } = await owner.call.chat.getRoom({ roomId });
    const state = await expectRoomConverges(member, roomId, async () => {
      await owner.call.chat.updateRoom({ roomId, ...change });
    });
    const wanted = 'name' in change ? { name: 'a\uFFFDb' } : change;
    expect(state.room).toEqual({ ...before.room, ...wanted });
    const audit = await auditOf(test.backend, roomId);
    expect(audit.at(-1)).toEqual({ action: 'chat.room_updated', data: { changed: Object.keys(change) } });
    const head = await roomHead(owner, roomId);
    await owner.call.chat.updateRoom({ roomId, ...change });
    expect(await roomHead(owner, roomId)).toBe(head);
  });

  it('loses nothing when several owners change different things at once', async () => {
    const { roomId, owner } = await createStaffedRoom(test.backend);
    const changes = [{ name: 'new' }, { topic: 'new' }, { hidesArgs: true }, { slowModeSeconds: 5 }];
    const state = await expectRoomConverges(owner, roomId, async () => {
      await Promise.all(
        changes.map(async (change) => await owner.call.chat.updateRoom({ roomId, ...change })),
      );
    });
    expect(state.room).toMatchObject(Object.assign({}, ...changes));
  });
});

describe('chat.archiveRoom', () => {
  it('is for owners', async () => {
    const { roomId, moderator } = await createStaffedRoom(test.backend);
    await expect(moderator.call.chat.archiveRoom({ roomId })).rejects.toMatchObject(failure('FORBIDDEN'));
  });

  it('closes a room for everything but reading and leaving, and opens it again', async () => {
    const { roomId, owner, member, stranger } = await createStaffedRoom(test.backend, { isPublic: true });
    const { messageId: threadOf } = await say(member, roomId, 'root');
    const archived = await expectRoomConverges(member, roomId, async () => {
      await Promise.all([owner.call.chat.archiveRoom({ roomId }), owner.call.chat.archiveRoom({ roomId })]);
    });
    expect(archived.room.archivedAt).not.toBeNull();
    const head = await roomHead(owner, roomId);
    const userId = idOf(member);
    const attempts = await Promise.allSettled([
      say(member, roomId, 'no'),
      member.call.chat.postMessage({ roomId, text: 'no', threadOf, clientId: randomUUID() }),
      owner.call.chat.updateRoom({ roomId, name: 'no' }),
      owner.call.chat.invite({ roomId, userIds: [idOf(stranger)] }),
      owner.call.chat.setMemberRole({ roomId, userId, role: 'owner' }),
      owner.call.chat.mute({ roomId, userId, seconds: 5 }),
      stranger.call.chat.joinRoom({ roomId }),
    ]);
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ status: 'rejected', reason: failure('ROOM_ARCHIVED') });
    }
    expect(await roomHead(owner, roomId)).toBe(head);
    expect((await member.call.chat.messages({ roomId })).messages).toHaveLength(1);
    const opened = await expectRoomConverges(member, roomId, async () => {
      await owner.call.chat.archiveRoom({ roomId, isArchived: false });
    });
    expect(opened.room.archivedAt).toBeNull();
    await say(member, roomId, 'yes');
    const actions = (await auditOf(test.backend, roomId)).map(({ action }) => action);
    expect(actions.slice(-2)).toEqual(['chat.room_archived', 'chat.room_restored']);
  });
});

describe('archiving', () => {
  it('stops what the agent is at, before the room is closed', async () => {
    const { roomId, owner } = await createStaffedRoom(test.backend);
    const { messageId } = await say(owner, roomId, 'a question');
    const { tenantId, userId } = owner.ctx.caller;
    const runId = await withTransaction(owner.ctx, async (tx) => {
      const conversation = { id: roomId, tenantId, userId, model: 'aura-offline' };
      const { row, event } = await createRun(tx, { conversation, messageId });
      await announceInRoom(tx, { tenantId, roomId }, { events: [event] });
      return row.id;
    });
    const { cursor } = await owner.call.chat.getRoom({ roomId });
    await expectRoomConverges(owner, roomId, async () => {
      await owner.call.chat.archiveRoom({ roomId });
    });
    const { events } = await followRoom(owner, roomId, {
      lastEventId: cursor,
      until: ({ type }) => type === 'room_updated',
    });
    expect(events.map(({ type }) => type)).toEqual(['done', 'room_updated']);
    expect(events[0]).toMatchObject({ runId, data: { status: 'cancelled' } });
  });
});

describe('a member who becomes a guest of the tenant', () => {
  it('stays in the rooms, reads on and does nothing else', async () => {
    const { roomId, owner, moderator } = await createStaffedRoom(test.backend);
    const { db } = test.backend.database;
    await db
      .updateTable('memberships')
      .set({ role: 'guest' })
      .where('userId', '=', idOf(moderator))
      .execute();
    const guest: StaffedRoom['owner'] = await createTestCaller(test.backend, { role: 'guest' });
    Object.assign(guest.ctx.caller, { userId: idOf(moderator) });
    await say(owner, roomId, 'hello');
    expect((await guest.call.chat.getRoom({ roomId })).state.messages).toMatchObject([{ text: 'hello' }]);
    const attempts = await Promise.allSettled([
      say(guest, roomId, 'no'),
      guest.call.chat.updateRoom({ roomId, topic: 'no' }),
      guest.call.chat.invite({ roomId, userIds: [idOf(owner)] }),
      guest.call.chat.ban({ roomId, userId: idOf(owner) }),
    ]);
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ status: 'rejected', reason: failure('FORBIDDEN') });
    }
    await guest.call.chat.leaveRoom({ roomId });
  });
});
