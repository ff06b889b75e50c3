import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { hiddenFrom } from './message-testing.ts';
import { createTestRoom, failure } from './room-testing.ts';
import { createThreadScene, type ThreadScene } from './thread-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const scene = async (): Promise<ThreadScene> => await createThreadScene(test.backend);
const reply = async ({ owner, roomId, threadOf }: ThreadScene, text: string): Promise<string> =>
  (await owner.call.chat.postMessage({ roomId, threadOf, text, clientId: randomUUID() })).messageId;

describe('chat.getThread', () => {
  it('is hidden from those who are not in the room, and knows no message of another room', async () => {
    const { roomId, threadOf } = await scene();
    const { call } = await createTestCaller(test.backend);
    await hiddenFrom(roomId, async (hidden) =>
      Promise.allSettled([call.chat.getThread({ roomId: hidden, messageId: threadOf })]),
    );
    const other = await createTestRoom(test.backend);
    const elsewhere = other.owner.call.chat.getThread({ roomId: other.roomId, messageId: threadOf });
    await expect(elsewhere).rejects.toMatchObject(failure('NOT_FOUND'));
  });

  it('answers the newest replies with their runs, and finds nothing that is no message of the room’s own', async () => {
    const thread = await scene();
    const { roomId, owner, threadOf } = thread;
    const ids: string[] = [];
    for (let index = 0; index < 52; index++) ids.push(await reply(thread, `${index}`));
    const { state } = await owner.call.chat.getThread({ roomId, messageId: threadOf });
    expect(state.replies.map(({ id }) => id)).toEqual(ids.slice(-50));
    expect(state).toMatchObject({
      hasOlderReplies: true,
      runs: {},
      message: { id: threadOf, replyCount: 52 },
    });
    for (const messageId of [ids[0] ?? '', randomUUID()]) {
      await expect(owner.call.chat.getThread({ roomId, messageId })).rejects.toMatchObject(
        failure('NOT_FOUND'),
      );
    }
  });

  it('answers its message and replies as the lists do, also when the message was deleted', async () => {
    const thread = await scene();
    const { roomId, owner, asker, threadOf } = thread;
    await reply(thread, 'reply');
    await asker.call.chat.addReaction({ roomId, messageId: threadOf, emoji: '🎉' });
    const expectAsListed = async () => {
      const { state } = await asker.call.chat.getThread({ roomId, messageId: threadOf });
      const listed = async (place: { threadOf?: string }) =>
        (await asker.call.chat.messages({ roomId, ...place })).messages;
      expect([state.message]).toEqual(await listed({}));
      expect(state.replies).toEqual(await listed({ threadOf }));
      return state;
    };
    expect(await expectAsListed()).toMatchObject({ message: { text: 'root', replyCount: 1 } });
    await owner.call.chat.deleteMessage({ roomId, messageId: threadOf });
    expect(await expectAsListed()).toMatchObject({ message: { text: '', reactions: [], replyCount: 1 } });
  });
});
