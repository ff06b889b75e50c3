import { randomUUID } from 'node:crypto';
import type { ThreadState } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import type { Asked } from '../agent/agent-testing.ts';
import { untilAskedOnce } from '../hitl/hitl-testing.ts';
import { setMuted } from './message-testing.ts';
import { askInRoom, untilRunEnded } from './room-agent-testing.ts';
import { expectThreadConverges, failure, say } from './room-testing.ts';
import { createThreadScene, runsOf, type ThreadScene } from './thread-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const ASKS = '#tool ask_user {"question":"Which?"}\n#say so be it';

const scene = async (): Promise<ThreadScene> => await createThreadScene(test.backend);
const repliesIn = ({ replies }: ThreadState): [string | null, string | null][] =>
  replies.map(({ authorId, runId }) => [authorId, runId]);

describe('@agent in a reply', () => {
  it('is answered in its thread before all members: a reply like any other, and nothing in the room’s own list', async () => {
    const { roomId, owner, asker, other, threadOf, ask } = await scene();
    await untilRunEnded(owner, await ask('#say first'));
    for (const [index, reader] of [owner, asker, other].entries()) {
      const { thread, room } = await expectThreadConverges(reader, { roomId, threadOf }, async () => {
        await untilRunEnded(reader, await ask('#think hm\n#tool clock_now {}\n#say it is late'));
      });
      const [question, answer] = thread.replies.slice(-2);
      const runId = question?.runId ?? '';
      expect(question).toMatchObject({ authorId: asker.ctx.caller.userId });
      expect(answer).toMatchObject({ authorId: null, text: 'it is late', runId, threadOf, isComplete: true });
      expect(thread.runs[runId]).toMatchObject({ status: 'completed', threadOf });
      const replyCount = 4 + 2 * index;
      expect(thread.message).toMatchObject({ replyCount, lastReplyAt: answer?.createdAt });
      expect(room.messages).toEqual([thread.message]);
      expect(room.runs).toEqual({});
    }
    const [listed] = (await owner.call.chat.listRooms({})).rooms;
    expect(listed).toMatchObject({ unreadCount: 0, mentionCount: 0, lastMessage: { id: threadOf } });
  });

  it('is seen at work by everybody in the room: from when it was asked until it is over', async () => {
    const { roomId, owner, other, threadOf, ask } = await scene();
    const { room } = await expectThreadConverges(other, { roomId, threadOf }, async () => {
      await untilAskedOnce(other, await ask(ASKS));
      await ask('#say behind');
    });
    expect(Object.values(room.runs).map(({ status }) => status)).toEqual(['waiting', 'queued']);
    const [waiting] = Object.values(room.runs);
    expect(waiting).toMatchObject({ threadOf, items: [{ kind: 'approval' }] });
    const { room: after } = await expectThreadConverges(other, { roomId, threadOf }, async () => {
      for (const { id: runId } of Object.values(room.runs)) await owner.call.agent.stop({ runId });
    });
    expect(after.runs).toEqual({});
  });

  it('stands in the log right before its run and names it; the same call again asks nothing more', async () => {
    const { roomId, asker, threadOf } = await scene();
    const clientId = randomUUID();
    const post = async (text: string) =>
      await asker.call.chat.postMessage({ roomId, threadOf, text, clientId });
    const answers = await Promise.all(Array.from({ length: 8 }, async () => await post('@agent #say hi')));
    answers.push(await post('@agent #say hi'));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await expect(post('@agent #say bye')).rejects.toMatchObject(failure('IDEMPOTENCY_CONFLICT'));
    const [{ runId, seq } = { runId: null, seq: 0 }] = answers;
    await untilRunEnded(asker, { conversationId: roomId, messageId: '', runId: runId ?? '' });
    const { state } = await asker.call.chat.getThread({ roomId, messageId: threadOf });
    expect(repliesIn(state)).toEqual([
      [asker.ctx.caller.userId, runId],
      [null, runId],
    ]);
    const { type } = await test.backend.database.db
      .selectFrom('events')
      .select('type')
      .where('streamId', '=', roomId)
      .where('seq', '=', seq + 1)
      .executeTakeFirstOrThrow();
    expect(type).toBe('run_created');
  });

  it('makes no run when the reply is refused, and a word that only looks like it asks nothing', async () => {
    const { roomId, owner, asker, other, threadOf, ask } = await scene();
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(ask('#say hi', guest)).rejects.toMatchObject(failure('FORBIDDEN'));
    const stranger = await createTestCaller(test.backend);
    await expect(ask('#say hi', stranger)).rejects.toMatchObject(failure('NOT_FOUND'));
    await setMuted(other, roomId, 60);
    await expect(ask('#say hi', other)).rejects.toMatchObject(failure('MUTED'));
    const { messageId } = await owner.call.chat.postMessage({
      roomId,
      threadOf,
      text: 'me@agent.example',
      clientId: randomUUID(),
    });
    await expect(askInRoom(asker, roomId, '#say hi', { threadOf: messageId })).rejects.toMatchObject(
      failure('NOT_FOUND'),
    );
    await owner.call.chat.updateRoom({ roomId, slowModeSeconds: 600 });
    await say(asker, roomId, 'one');
    await expect(ask('#say hi')).rejects.toMatchObject(failure('SLOW_MODE'));
    await owner.call.chat.archiveRoom({ roomId, isArchived: true });
    await expect(ask('#say hi', owner)).rejects.toMatchObject(failure('ROOM_ARCHIVED'));
    expect(await runsOf(test.backend, roomId)).toEqual([]);
    const { state } = await owner.call.chat.getThread({ roomId, messageId: threadOf });
    expect(state.replies.map(({ id }) => id)).toEqual([messageId]);
  });

  it('waits its turn with what is asked elsewhere in the room, and is refused when 20 wait', async () => {
    const { roomId, owner, asker, threadOf, ask } = await scene();
    const first = await askInRoom(owner, roomId, ASKS);
    await untilAskedOnce(owner, first);
    const waiting: Asked[] = [];
    for (let index = 0; index < 20; index++) {
      waiting.push(index % 2 === 0 ? await ask('#say there') : await askInRoom(asker, roomId, '#say here'));
    }
    await expect(ask('#say too much')).rejects.toMatchObject(failure('RUN_ACTIVE'));
    const { thread, room } = await expectThreadConverges(asker, { roomId, threadOf }, async () => {
      await owner.call.agent.stop(first);
      for (const asked of waiting) await untilRunEnded(asker, asked);
    });
    expect((await runsOf(test.backend, roomId)).map(({ id }) => id)).toEqual(
      [first, ...waiting].map(({ runId }) => runId),
    );
    const answers = [...room.messages, ...thread.replies].filter(({ authorId }) => authorId === null);
    expect(answers.toSorted((a, b) => a.seq - b.seq).map(({ runId }) => runId)).toEqual(
      waiting.map(({ runId }) => runId),
    );
    expect(thread.replies.map(({ text }) => text).filter((text) => !text.includes('@agent'))).toEqual(
      Array.from({ length: 10 }, () => 'there'),
    );
  }, 60_000);
});
