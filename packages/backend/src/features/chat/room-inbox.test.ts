import { randomUUID } from 'node:crypto';
import { LIMITS } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { expectInboxConverges, openTestInbox } from './inbox-testing.ts';
import { askInRoom, untilRunEnded } from './room-agent-testing.ts';
import { createTestRoom, say } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** Everything that changes a list of rooms, by name. */
function actions(
  reader: TestCaller,
  other: TestCaller,
  rooms: { mine: string; second: string; others: string },
) {
  const { mine, second, others } = rooms;
  const { userId } = reader.ctx.caller;
  const sent = { messageId: '', seq: 0 };
  const post = async (more: { mentions?: string[]; threadOf?: string } = {}): Promise<void> => {
    const input = { roomId: mine, text: `more ${'🙂'.repeat(200)}`, clientId: randomUUID(), ...more };
    Object.assign(sent, await other.call.chat.postMessage(input));
  };
  return {
    'a message': async () => await post(),
    'one of the reader’s own': async () => await say(reader, mine, 'mine'),
    'a message in another room': async () => await say(other, second, 'second'),
    'a mention': async () => await post({ mentions: [userId] }),
    'an edit of the last message': async () =>
      await other.call.chat.editMessage({ roomId: mine, messageId: sent.messageId, text: 'changed' }),
    'a mention added by an edit': async () =>
      await other.call.chat.editMessage({
        roomId: mine,
        messageId: sent.messageId,
        text: 'you',
        mentions: [userId],
      }),
    'a reaction and a pin': async () => {
      await other.call.chat.addReaction({ roomId: mine, messageId: sent.messageId, emoji: '👍' });
      await other.call.chat.pin({ roomId: mine, messageId: sent.messageId });
    },
    'many messages at once': async () =>
      await Promise.all(Array.from({ length: 20 }, async () => await say(other, mine, 'many'))),
    'a deletion of the last message': async () => {
      await post({ mentions: [userId] });
      await other.call.chat.deleteMessage({ roomId: mine, messageId: sent.messageId });
    },
    'a reply, and one that mentions': async () => {
      await post();
      const threadOf = sent.messageId;
      await post({ threadOf });
      await post({ threadOf, mentions: [userId] });
    },
    'what the agent answers, and what it answers in a thread': async () => {
      await post();
      const threadOf = sent.messageId;
      for (const place of [{}, { threadOf }]) {
        await untilRunEnded(other, await askInRoom(other, mine, '#say an answer', place));
      }
    },
    'reading on another device': async () =>
      await reader.call.chat.markRead({ roomId: mine, seq: sent.seq - 1 }),
    'reading while others write': async () =>
      await Promise.all([
        post(),
        reader.call.chat.markRead({ roomId: mine, seq: sent.seq }),
        post(),
        say(other, second, 'second'),
        reader.call.chat.markRead({ roomId: second, seq: 3 }),
      ]),
    'more messages than are counted': async () =>
      await Promise.all(
        Array.from({ length: LIMITS.unreadMax + 20 }, async () => await say(other, mine, 'flood')),
      ),
    'somebody who joins': async () => {
      const somebody = await createTestCaller(test.backend);
      await somebody.call.chat.joinRoom({ roomId: second });
    },
    'somebody who is invited and removed': async () => {
      const { ctx } = await createTestCaller(test.backend);
      await other.call.chat.invite({ roomId: mine, userIds: [ctx.caller.userId] });
      await other.call.chat.removeMember({ roomId: mine, userId: ctx.caller.userId });
    },
    'the reader who joins': async () => await reader.call.chat.joinRoom({ roomId: others }),
    'a message in the room just joined': async () => await say(other, others, 'welcome'),
    'another role': async () =>
      await other.call.chat.setMemberRole({ roomId: others, userId, role: 'moderator' }),
    'another name': async () => await other.call.chat.updateRoom({ roomId: others, name: 'Renamed' }),
    archiving: async () => await other.call.chat.archiveRoom({ roomId: mine }),
    'bringing back': async () => await other.call.chat.archiveRoom({ roomId: mine, isArchived: false }),
    'the reader who leaves': async () => await reader.call.chat.leaveRoom({ roomId: others }),
    'the reader who is removed': async () => await other.call.chat.removeMember({ roomId: mine, userId }),
    'a room made with the reader in it': async () =>
      await other.call.chat.createRoom({ clientId: randomUUID(), name: 'New', userIds: [userId] }),
    'leaving and coming back': async () => {
      await reader.call.chat.leaveRoom({ roomId: second });
      await say(other, second, 'meanwhile');
      await reader.call.chat.joinRoom({ roomId: second });
    },
  };
}

async function prepare() {
  const { roomId: mine, owner: other, members } = await createTestRoom(test.backend);
  const [reader] = members;
  if (reader === undefined) throw new Error('no member');
  const make = async (userIds: string[]): Promise<string> =>
    (await other.call.chat.createRoom({ clientId: randomUUID(), name: 'Room', isPublic: true, userIds })).id;
  const second = await make([reader.ctx.caller.userId]);
  const others = await make([]);
  return { reader, other, rooms: { mine, second, others } };
}

describe('chat.inbox', () => {
  it('begins with the caller’s rooms as they stand, at every start, under ids of its own', async () => {
    const { reader, other, rooms } = await prepare();
    await say(other, rooms.mine, 'one');
    await using inbox = await openTestInbox(reader);
    const { rooms: fresh } = await reader.call.chat.listRooms({});
    expect(inbox.events).toEqual([{ type: 'reset', data: { rooms: fresh } }]);
    expect(fresh.map(({ room }) => room.id)).toEqual([rooms.mine, rooms.second]);
    await using again = await openTestInbox(reader);
    expect(again.events).toEqual(inbox.events);
    expect(again.ids).not.toEqual(inbox.ids);
  });

  it('keeps a list exactly as a fresh one, whatever happens', async () => {
    const { reader, other, rooms } = await prepare();
    await using inbox = await openTestInbox(reader);
    for (const [name, action] of Object.entries(actions(reader, other, rooms))) {
      await expectInboxConverges(reader, inbox, action).catch((cause: unknown) => {
        throw new Error(`after ${name}`, { cause });
      });
    }
    expect(new Set(inbox.ids).size).toBe(inbox.ids.length);
  });

  it('keeps the lists of several devices, opened one after the other in the middle of it', async () => {
    const { reader, other, rooms } = await prepare();
    await using stack = new AsyncDisposableStack();
    const inboxes = [stack.use(await openTestInbox(reader))];
    const chatter = (async () => {
      for (let round = 0; round < 60; round++) await say(other, rooms.mine, 'and on');
    })();
    for (let device = 0; device < 5; device++) {
      inboxes.push(stack.use(await openTestInbox(reader)));
      const seq = inboxes.at(-1)?.rooms[0]?.headSeq ?? 0;
      await reader.call.chat.markRead({ roomId: rooms.mine, seq });
    }
    await chatter;
    await reader.call.chat.markRead({ roomId: rooms.mine, seq: 20 });
    const { rooms: fresh } = await reader.call.chat.listRooms({});
    for (const inbox of inboxes) await expect.poll(() => inbox.rooms).toEqual(fresh);
  });

  it('says what happens in a room once a second at most, in one object for all who are told', async () => {
    const { reader, other, rooms } = await prepare();
    await using here = await openTestInbox(reader);
    await using there = await openTestInbox(other);
    const from = performance.now();
    let count = 0;
    while (performance.now() - from < 2_500) {
      await say(other, rooms.mine, 'and on');
      count++;
    }
    const activities = () => here.events.filter(({ type }) => type === 'room_activity');
    await expect.poll(() => here.rooms[0]?.unreadCount).toBe(Math.min(count, LIMITS.unreadMax));
    expect(
      activities().length + here.events.filter(({ type }) => type === 'room_listed').length,
    ).toBeLessThan(6);
    const shared = there.events.filter((event) => activities().includes(event));
    expect(shared).toEqual(activities());
  });

  it('tells nothing of a room after the reader has left it', async () => {
    const { reader, other, rooms } = await prepare();
    await using inbox = await openTestInbox(reader);
    await reader.call.chat.leaveRoom({ roomId: rooms.mine });
    await say(other, rooms.mine, 'secret');
    await expectInboxConverges(reader, inbox, async () => await say(other, rooms.second, 'mark'));
    await expect.poll(() => inbox.rooms.map(({ room }) => room.id)).toEqual([rooms.second]);
    expect(JSON.stringify(inbox.events)).not.toContain('secret');
  });
});

describe('chat.inbox when every hint is lost', () => {
  it('keeps a list exactly as a fresh one all the same, and leaves nothing behind when it ends', async () => {
    const { backend } = test;
    const { reader, other, rooms } = await prepare();
    // What this one does the hub is not told of: it has its comparisons with the database alone.
    const hub = { ...backend.hub, publish: () => {} };
    const silent = ({ ctx }: TestCaller) => callerOn({ ...backend, hub }, ctx.caller).call.chat;
    const before = backend.hub.watchedCount;
    {
      await using inbox = await openTestInbox(reader);
      await expectInboxConverges(reader, inbox, async () => {
        await silent(other).updateRoom({ roomId: rooms.second, name: 'Renamed' });
        await silent(other).archiveRoom({ roomId: rooms.mine });
        await silent(reader).joinRoom({ roomId: rooms.others });
        await silent(reader).leaveRoom({ roomId: rooms.second });
      });
    }
    expect(backend.hub.watchedCount).toBe(before);
  });
});
