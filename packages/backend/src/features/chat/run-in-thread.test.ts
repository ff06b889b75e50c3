import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createWorkshop, seen, untilAskedOnce } from '../hitl/hitl-testing.ts';
import { askInRoom, untilRunEnded } from './room-agent-testing.ts';
import { expectThreadConverges, failure } from './room-testing.ts';
import { abandonRun, createThreadScene, runsOf, type ThreadScene, untilSaying } from './thread-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: createWorkshop().tools } });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const ASKS = '#tool ask_user {"question":"Which?"}\n#say so be it';
const SLOW = '#say the beginning\n#delay 20000\n#say the end';

const scene = async (input: Parameters<typeof createThreadScene>[1] = {}): Promise<ThreadScene> =>
  await createThreadScene(test.backend, input);

describe('a run in a thread', () => {
  it('that is stopped, fails, or kills whoever executes it, keeps what it had said as a reply', async () => {
    const { roomId, owner, other, threadOf, ask } = await scene();
    const { thread } = await expectThreadConverges(other, { roomId, threadOf }, async () => {
      const stopped = await ask(SLOW);
      await untilSaying(other, stopped);
      await owner.call.agent.stop(stopped);
      await untilRunEnded(other, await ask('#fail 401 9\n#say never'));
      const poison = await ask(SLOW);
      await untilSaying(other, poison);
      await abandonRun(test.backend, poison, { noProgress: 9 });
      await untilRunEnded(other, poison);
    });
    const said = { authorId: null, isComplete: false, threadOf };
    expect(thread.replies).toMatchObject([{}, said, {}, {}, said]);
    expect(thread.message.replyCount).toBe(5);
    expect(Object.values(thread.runs)).toMatchObject([
      { status: 'cancelled' },
      { status: 'failed', error: { code: 'provider_unauthorized' } },
      { status: 'failed', error: { code: 'poison' } },
    ]);
  });

  it('ends with its room when that is archived, and answers nothing there any more', async () => {
    const { roomId, owner, threadOf, ask } = await scene();
    const { thread } = await expectThreadConverges(owner, { roomId, threadOf }, async () => {
      await untilSaying(owner, await ask(SLOW));
      await ask('#say behind');
      await owner.call.chat.archiveRoom({ roomId, isArchived: true });
    });
    expect((await runsOf(test.backend, roomId)).map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
    ]);
    expect(thread.replies.map(({ isComplete }) => isComplete)).toEqual([true, true, false]);
  });

  it('ends when whoever asked leaves, and goes on with what others asked', async () => {
    const { roomId, owner, asker, other, threadOf, ask } = await scene();
    const { thread, room } = await expectThreadConverges(owner, { roomId, threadOf }, async () => {
      await untilSaying(owner, await ask(SLOW));
      const next = await ask('#say next', other);
      await asker.call.chat.leaveRoom({ roomId });
      await untilRunEnded(owner, next);
    });
    expect((await runsOf(test.backend, roomId)).map(({ status }) => status)).toEqual([
      'cancelled',
      'completed',
    ]);
    const answers = thread.replies.filter(({ authorId }) => authorId === null);
    expect(answers).toMatchObject([{ isComplete: false }, { text: 'next', isComplete: true }]);
    expect(room).toMatchObject({ runs: {}, messages: [{ replyCount: 4 }] });
  });

  it('shows arguments to those alone who may see them, where the room hides them', async () => {
    const { roomId, owner, asker, other, threadOf, ask } = await scene({
      deciders: 'moderators',
      hidesArgs: true,
    });
    const texts: string[] = [];
    for (const reader of [owner, other, asker]) {
      const { thread } = await expectThreadConverges(reader, { roomId, threadOf }, async () => {
        const asked = await ask('#tool look {"to":"secret"}\n#tool send {"to":"secret"}\n#say done');
        await owner.call.hitl.approve(seen(await untilAskedOnce(owner, asked)));
        await untilRunEnded(reader, asked);
      });
      expect(Object.values(thread.runs).every(({ status }) => status === 'completed')).toBe(true);
      texts.push(JSON.stringify(thread.runs));
    }
    expect(texts.map((text) => text.includes('secret'))).toEqual([true, false, false]);
  });

  it('loses the words of an answer that is deleted, for all readers and in the log', async () => {
    const { roomId, owner, asker, threadOf, ask } = await scene();
    await untilRunEnded(asker, await ask('#say SECRET SECRET word'));
    const { state } = await asker.call.chat.getThread({ roomId, messageId: threadOf });
    const messageId = state.replies.at(-1)?.id ?? '';
    const { thread } = await expectThreadConverges(asker, { roomId, threadOf }, async () => {
      await expect(asker.call.chat.deleteMessage({ roomId, messageId })).rejects.toMatchObject(
        failure('FORBIDDEN'),
      );
      await owner.call.chat.deleteMessage({ roomId, messageId });
    });
    expect(thread.replies.at(-1)).toMatchObject({ text: '', authorId: null });
    expect(thread.message.replyCount).toBe(2);
    const answers = await test.backend.database.db
      .selectFrom('events')
      .select('data')
      .where('streamId', '=', roomId)
      .where('type', 'in', ['content', 'content_delta'])
      .execute();
    expect(JSON.stringify(answers)).not.toContain('SECRET');
  });

  it('is gone on with by the next owner, whose answer stands in the thread, where the first one’s broke off', async () => {
    const { roomId, owner, threadOf, ask } = await scene();
    const { thread } = await expectThreadConverges(owner, { roomId, threadOf }, async () => {
      const asked = await ask('#say one\n#delay 1500\n#say two');
      await untilSaying(owner, asked);
      await abandonRun(test.backend, asked);
      await untilRunEnded(owner, asked);
    });
    expect(thread.replies).toHaveLength(2);
    expect(thread.replies[1]).toMatchObject({ threadOf, isComplete: true });
    expect(thread.replies[1]?.text).toContain('two');
    expect(thread.message.replyCount).toBe(2);
  });
});

describe('a message that is deleted while the agent is asked in its thread', () => {
  it('takes the run with it: what was said stands before that, what was asked is cancelled, nothing comes after', async () => {
    const { roomId, owner, threadOf, ask } = await scene();
    const running = await ask(SLOW);
    await untilSaying(owner, running);
    const behind = await ask('#say behind');
    const elsewhere = await askInRoom(owner, roomId, '#say elsewhere');
    const { thread } = await expectThreadConverges(owner, { roomId, threadOf }, async () => {
      await owner.call.chat.deleteMessage({ roomId, messageId: threadOf });
      await untilRunEnded(owner, elsewhere);
    });
    expect(await runsOf(test.backend, roomId)).toMatchObject([
      { id: running.runId, status: 'cancelled' },
      { id: behind.runId, status: 'cancelled' },
      { id: elsewhere.runId, status: 'completed' },
    ]);
    expect(thread.replies.map(({ isComplete }) => isComplete)).toEqual([true, true, false]);
    const types = await test.backend.database.db
      .selectFrom('events')
      .select(['type', 'runId'])
      .where('streamId', '=', roomId)
      .orderBy('seq')
      .execute();
    const at = types.findIndex(({ type }) => type === 'message_deleted');
    expect(types.slice(at - 3, at).map(({ type }) => type)).toEqual(['content', 'done', 'done']);
    expect(new Set(types.slice(at + 1).map(({ runId }) => runId))).toEqual(new Set([elsewhere.runId]));
  });

  it('cancels what a person was asked, and asks nobody', async () => {
    const { roomId, owner, asker, threadOf, ask } = await scene();
    const approval = await untilAskedOnce(asker, await ask(ASKS));
    expect((await asker.call.hitl.list({})).approvals).toHaveLength(1);
    await owner.call.chat.deleteMessage({ roomId, messageId: threadOf });
    expect((await asker.call.hitl.list({})).approvals).toEqual([]);
    const { status } = await asker.call.hitl.get({ approvalId: approval.id });
    expect(status).toBe('cancelled');
    await untilRunEnded(asker, await askInRoom(asker, roomId, '#say free again'));
  });

  it('ends nothing when it may not be deleted', async () => {
    const { roomId, owner, asker, other, threadOf, ask } = await scene();
    const asked = await ask(ASKS);
    await untilAskedOnce(asker, asked);
    await expect(other.call.chat.deleteMessage({ roomId, messageId: threadOf })).rejects.toMatchObject(
      failure('FORBIDDEN'),
    );
    expect((await owner.call.agent.get(asked)).state.status).toBe('waiting');
  });
});
