import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../../testing/test-caller.ts';
import { askInRoom, firstMember, untilRunEnded } from '../../chat/room-agent-testing.ts';
import { createTestRoom, expectRoomConverges, setRole } from '../../chat/room-testing.ts';
import { seen, untilAskedOnce } from '../../hitl/hitl-testing.ts';
import { ask } from '../agent-testing.ts';
import { builtInTools } from '../built-in-tools.ts';
import { executeRun } from '../execute-run.ts';
import { mortalNode } from '../mortal-node-testing.ts';
import { createToolRegistry } from '../tool-registry.ts';
import { postToRoom } from './post-to-room.ts';
import { callTool } from './tool-testing.ts';

const never = new AbortController().signal;
/** What happens right after a message was posted, before anybody is told. */
let afterPost = (): void => {};
const tools = createToolRegistry(
  builtInTools.map((tool) =>
    tool.name === postToRoom.name
      ? {
          ...tool,
          run: async (ctx, args) => {
            const outcome = await tool.run(ctx, args);
            afterPost();
            return outcome;
          },
        }
      : tool,
  ),
);
let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false, overrides: { tools } });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const live = async (runId: string): Promise<void> => {
  await executeRun({ ...test.backend, nodeId: 'a healthy node' }, { runId, signal: never, drain: never });
};

const post = async (caller: TestCaller, roomId: string): Promise<unknown> =>
  await callTool(caller, postToRoom, { args: { roomId, text: 'hi' }, key: `aura:${randomUUID()}:call` });

describe('post_to_room', () => {
  it('posts as the agent what somebody approved, from a conversation into a room, for all its members', async () => {
    const room = await createTestRoom(test.backend);
    const { roomId } = room;
    const user = firstMember(room);
    const state = await expectRoomConverges(room.owner, roomId, async () => {
      const asked = await ask(user, `post "hello there" to room ${roomId}`);
      await live(asked.runId);
      const approval = await untilAskedOnce(user, asked);
      expect(approval).toMatchObject({ toolName: 'post_to_room', risk: 'shared' });
      await user.call.hitl.approve(seen(approval));
      await live(asked.runId);
      const { state: run } = await user.call.agent.get(asked);
      expect(run.status).toBe('completed');
    });
    expect(state.messages).toMatchObject([{ authorId: null, text: 'hello there', runId: null }]);
  });

  it('posts from one room into another, and asks no agent there', async () => {
    const here = await createTestRoom(test.backend);
    const { roomId, owner } = here;
    const there = await owner.call.chat.createRoom({ clientId: randomUUID(), name: 'There' });
    const call = `#tool post_to_room {"roomId":"${there.id}","text":"@agent hi"}\n#say done`;
    const asked = await askInRoom(owner, roomId, call);
    await live(asked.runId);
    await owner.call.hitl.approve(seen(await untilAskedOnce(owner, asked)));
    await live(asked.runId);
    expect((await untilRunEnded(owner, asked)).run.status).toBe('completed');
    const { messages } = await owner.call.chat.messages({ roomId: there.id });
    expect(messages).toMatchObject([{ authorId: null, text: '@agent hi', runId: null }]);
    expect((await owner.call.agent.list({ conversationId: there.id })).runs).toEqual([]);
  });

  it('posts once when its owner dies right after it, and the next one goes on from there', async () => {
    const room = await createTestRoom(test.backend);
    const { roomId, owner } = room;
    const asked = await ask(owner, `#tool post_to_room {"roomId":"${roomId}","text":"once"}\n#say done`);
    await live(asked.runId);
    await owner.call.hitl.approve(seen(await untilAskedOnce(owner, asked)));
    const node = mortalNode(test.backend, Number.POSITIVE_INFINITY);
    afterPost = () => void (node.signal.aborted || node.die());
    await executeRun(node.core, { runId: asked.runId, signal: node.signal, drain: never });
    expect(node.signal.aborted).toBe(true);
    const texts = async (): Promise<string[]> =>
      (await owner.call.chat.messages({ roomId })).messages.map(({ text }) => text);
    expect(await texts()).toEqual(['once']);
    await withSystemTransaction(test.backend, async ({ db }) => {
      await db
        .updateTable('runs')
        .set({ leaseUntil: sql<Date>`clock_timestamp() - interval '1 s'` })
        .where('id', '=', asked.runId)
        .execute();
    });
    await live(asked.runId);
    expect((await owner.call.agent.get(asked)).state.status).toBe('completed');
    expect(await texts()).toEqual(['once']);
  });

  it('fails in words for a room the user is not in, that is archived, or where they may not write', async () => {
    const room = await createTestRoom(test.backend);
    const { roomId } = room;
    const user = firstMember(room);
    const stranger = await createTestCaller(test.backend, { tenantId: await createTestTenant(test.backend) });
    const missing = await post(user, randomUUID()).catch((err: unknown) => err);
    expect(missing).toMatchObject({ message: 'The user is in no such room.' });
    for (const outsider of [await createTestCaller(test.backend), stranger]) {
      expect(await post(outsider, roomId).catch((err: unknown) => err)).toEqual(missing);
    }
    const { db } = test.backend.database;
    const member = db.updateTable('roomMembers').where('userId', '=', user.ctx.caller.userId);
    await member.set({ mutedUntil: new Date(Date.now() + 60_000) }).execute();
    await expect(post(user, roomId)).rejects.toThrow(/muted in this room until/);
    await member.set({ mutedUntil: null }).execute();
    const membership = db.updateTable('memberships').where('userId', '=', user.ctx.caller.userId);
    await membership.set({ role: 'guest' }).execute();
    await expect(post(user, roomId)).rejects.toThrow(/may not write/);
    await membership.set({ role: 'user' }).execute();
    await db.updateTable('rooms').set({ archivedAt: new Date() }).where('id', '=', roomId).execute();
    await expect(post(user, roomId)).rejects.toThrow(/archived/);
    await setRole(test.backend, roomId, { caller: user, role: null });
    await expect(post(user, roomId)).rejects.toThrow('The user is in no such room.');
    expect((await room.owner.call.chat.messages({ roomId })).messages).toEqual([]);
  });
});
