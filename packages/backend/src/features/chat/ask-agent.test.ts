import { randomUUID } from 'node:crypto';
import { getTRPCErrorFromUnknown } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { errorData, publicMessage } from '../../trpc/errors.ts';
import { stopRuns } from '../agent/stop-runs.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { untilAskedOnce } from '../hitl/hitl-testing.ts';
import { announceInRoom } from './announce-in-room.ts';
import { askInRoom, firstMember, untilRunEnded } from './room-agent-testing.ts';
import { createTestRoom, expectRoomConverges, say, setRole } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const code = (aura: string) => ({ cause: { code: aura } });
const ASKS = '#tool ask_user {"question":"Which?"}\n#say so be it';

/** All a client sees of a refusal. */
const refusalSeen = async (attempt: Promise<unknown>): Promise<string> =>
  await attempt.then(
    () => 'it was not refused',
    (cause: unknown) => {
      const err = getTRPCErrorFromUnknown(cause);
      return JSON.stringify([err.code, publicMessage(err), errorData(err, null)]);
    },
  );

describe('@agent in a message', () => {
  it('is answered before all members, guests too: what they had loaded, with the events, is what is there', async () => {
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    const room = await createTestRoom(test.backend);
    const { roomId, owner } = room;
    await say(owner, roomId, 'before');
    const { tenantId, userId } = guest.ctx.caller;
    await test.backend.database.db
      .insertInto('roomMembers')
      .values({ tenantId, roomId, userId, role: 'member', name: 'Guest', joinedAt: new Date() })
      .execute();
    for (const reader of [owner, firstMember(room), guest]) {
      const state = await expectRoomConverges(reader, roomId, async () => {
        const asked = await askInRoom(
          firstMember(room),
          roomId,
          '#think hm\n#tool clock_now {}\n#say it is late',
        );
        await untilRunEnded(reader, asked);
      });
      const [question, answer] = state.messages.slice(-2);
      expect(question).toMatchObject({ authorId: firstMember(room).ctx.caller.userId });
      expect(answer).toMatchObject({ authorId: null, text: 'it is late', runId: question?.runId });
      expect(state.runs[question?.runId ?? '']).toMatchObject({ status: 'completed' });
    }
  });

  it('stands in the log right before its run, and names it', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    const { messageId, runId } = await askInRoom(owner, roomId, '#say hi');
    const events = await test.backend.database.db
      .selectFrom('events')
      .select(['seq', 'type'])
      .where('streamId', '=', roomId)
      .where('type', 'in', ['message_posted', 'run_created'])
      .orderBy('seq')
      .execute();
    expect(events.map(({ type }) => type)).toEqual(['message_posted', 'run_created']);
    expect(events[1]?.seq).toBe((events[0]?.seq ?? 0) + 1);
    const { messages } = await owner.call.chat.messages({ roomId });
    expect(messages[0]).toMatchObject({ id: messageId, runId });
  });

  it('asks once when the call is repeated, also at the same moment, and answers the same run', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    const clientId = randomUUID();
    const post = async (text: string) => await owner.call.chat.postMessage({ roomId, text, clientId });
    const answers = await Promise.all(Array.from({ length: 10 }, async () => await post('@agent #say hi')));
    answers.push(await post('@agent #say hi'));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await expect(post('@agent #say bye')).rejects.toMatchObject(code('IDEMPOTENCY_CONFLICT'));
    expect((await owner.call.agent.list({ conversationId: roomId })).runs).toHaveLength(1);
  });

  it.each(['me@agent.example', '@agents', 'agent', 'an @agent_x'])('is not %j', async (text) => {
    const { roomId, owner } = await createTestRoom(test.backend);
    const answer = await owner.call.chat.postMessage({ roomId, text, clientId: randomUUID() });
    expect(answer.runId).toBeNull();
  });

  it('makes no run when the message is refused: of a guest, a stranger, one who is muted, in a room that is archived', async () => {
    const room = await createTestRoom(test.backend);
    const { roomId, owner } = room;
    const member = firstMember(room);
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    const { db } = test.backend.database;
    await expect(askInRoom(guest, roomId, '#say hi')).rejects.toMatchObject(code('FORBIDDEN'));
    const stranger = await createTestCaller(test.backend);
    await expect(askInRoom(stranger, roomId, '#say hi')).rejects.toMatchObject(code('NOT_FOUND'));
    await db
      .updateTable('roomMembers')
      .set({ mutedUntil: new Date(Date.now() + 60_000) })
      .where('roomId', '=', roomId)
      .where('userId', '=', member.ctx.caller.userId)
      .execute();
    await expect(askInRoom(member, roomId, '#say hi')).rejects.toMatchObject(code('MUTED'));
    await db.updateTable('rooms').set({ archivedAt: new Date() }).where('id', '=', roomId).execute();
    await expect(askInRoom(owner, roomId, '#say hi')).rejects.toMatchObject(code('ROOM_ARCHIVED'));
    const runs = await db.selectFrom('runs').select('id').where('conversationId', '=', roomId).execute();
    expect(runs).toEqual([]);
    expect((await owner.call.chat.messages({ roomId })).messages).toEqual([]);
  });

  it('waits its turn behind what others have asked, and is refused when 20 wait: then it is not posted either', async () => {
    const room = await createTestRoom(test.backend);
    const { roomId, owner } = room;
    const first = await askInRoom(owner, roomId, ASKS);
    await untilAskedOnce(owner, first);
    const others = [owner, firstMember(room)];
    const waiting = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const asker = others[index % 2] ?? owner;
        return { asker, asked: await askInRoom(asker, roomId, `#say answer ${index}`) };
      }),
    );
    const { messages: before } = await owner.call.chat.messages({ roomId });
    await expect(askInRoom(owner, roomId, '#say too much')).rejects.toMatchObject(code('RUN_ACTIVE'));
    expect((await owner.call.chat.messages({ roomId })).messages).toEqual(before);
    const state = await expectRoomConverges(owner, roomId, async () => {
      await owner.call.agent.stop(first);
      for (const { asker, asked } of waiting) await untilRunEnded(asker, asked);
    });
    const questions = before.slice(1).map(({ runId }) => runId);
    const answers = state.messages.filter(({ authorId }) => authorId === null);
    expect(answers.map(({ runId }) => runId)).toEqual(questions);
  }, 60_000);
});

describe('a run in a room', () => {
  let roomId: string;
  let owner: TestCaller;
  let asker: TestCaller;
  let other: TestCaller;
  beforeAll(async () => {
    const room = await createTestRoom(test.backend, { memberCount: 2 });
    ({ roomId, owner } = room);
    asker = firstMember(room);
    other = room.members[1] ?? asker;
  });

  it('is there for every member, and for nobody else: hidden is missing', async () => {
    const asked = await askInRoom(asker, roomId, '#say hi');
    const { events } = await untilRunEnded(other, asked);
    expect(events.at(-1)).toMatchObject({ type: 'done', data: { status: 'completed' } });
    const listed = await other.call.agent.list({ conversationId: roomId });
    expect(listed.runs.map(({ id }) => id)).toContain(asked.runId);
    expect((await other.call.agent.list({})).runs).toEqual([]);
    const tenantId = await createTestTenant(test.backend);
    for (const stranger of [
      await createTestCaller(test.backend, { role: 'admin' }),
      await createTestCaller(test.backend, { tenantId, role: 'admin' }),
    ]) {
      for (const attempt of [
        async (runId: string) => await stranger.call.agent.get({ runId }),
        async (runId: string) => await stranger.call.agent.stop({ runId }),
      ]) {
        const hidden = await refusalSeen(attempt(asked.runId));
        expect(hidden).toContain('NOT_FOUND');
        expect(hidden).toBe(await refusalSeen(attempt(randomUUID())));
      }
      expect((await stranger.call.agent.list({ conversationId: roomId })).runs).toEqual([]);
    }
  });

  it('is stopped by whoever asked, owners and moderators, and by no other member', async () => {
    const stoppedBy = async (stopper: TestCaller): Promise<string> => {
      const asked = await askInRoom(asker, roomId, ASKS);
      await untilAskedOnce(asker, asked);
      try {
        return (await stopper.call.agent.stop(asked)).status;
      } finally {
        await owner.call.agent.stop(asked);
      }
    };
    expect(await stoppedBy(asker)).toBe('cancelled');
    expect(await stoppedBy(owner)).toBe('cancelled');
    await expect(stoppedBy(other)).rejects.toMatchObject(code('FORBIDDEN'));
    await setRole(test.backend, roomId, { caller: other, role: 'moderator' });
    expect(await stoppedBy(other)).toBe('cancelled');
    await setRole(test.backend, roomId, { caller: other, role: 'member' });
  });

  it('keeps what it had said when all that goes on in the room is stopped', async () => {
    const asked = await askInRoom(owner, roomId, '#say the beginning\n#delay 20000\n#say the end');
    const isSaying = async (): Promise<boolean> =>
      (await owner.call.agent.get(asked)).state.items.some(({ kind }) => kind === 'text');
    await expect.poll(isSaying).toBe(true);
    const place = { tenantId: owner.ctx.caller.tenantId, roomId, conversationId: roomId };
    const state = await expectRoomConverges(other, roomId, async () => {
      await withTransaction(owner.ctx, async (tx) => {
        await holdConversation(tx, place);
        const { events } = await stopRuns(tx, owner.ctx, place);
        await tx.db
          .updateTable('conversations')
          .set({ activeRunId: null })
          .where('id', '=', roomId)
          .execute();
        await announceInRoom(tx, place, { events });
      });
    });
    expect(state.messages.at(-1)).toMatchObject({ runId: asked.runId, isComplete: false, authorId: null });
    expect(state.runs[asked.runId]?.status).toBe('cancelled');
  });

  it('is in no list of conversations, and what is done with conversations is not done with it', async () => {
    const asked = await askInRoom(owner, roomId, '#say hi');
    await untilRunEnded(owner, asked);
    expect((await owner.call.conversation.list({})).conversations).toEqual([]);
    const conversationId = roomId;
    for (const attempt of [
      async () => await owner.call.conversation.get({ conversationId }),
      async () => await owner.call.conversation.checkpoints({ conversationId }),
      async () => await owner.call.conversation.delete({ conversationId }),
      async () => await owner.call.conversation.send({ conversationId, text: 'hi', clientId: randomUUID() }),
      async () => await owner.call.memory.clear({ conversationId }),
    ]) {
      await expect(attempt()).rejects.toMatchObject(code('NOT_FOUND'));
    }
    const stream = await test.backend.database.db
      .selectFrom('events')
      .innerJoin('memberships', 'memberships.streamId', 'events.streamId')
      .select('type')
      .where('memberships.userId', '=', owner.ctx.caller.userId)
      .execute();
    expect(stream.filter(({ type }) => type.startsWith('conversation_'))).toEqual([]);
  });
});
