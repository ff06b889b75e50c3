import { randomUUID } from 'node:crypto';
import {
  applyRoomEvent,
  applyToRoomMessages,
  parseCursor,
  type RoomEvent,
  type RoomFeedEvent,
  type RoomMessageView,
  type RoomState,
} from '@aura/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTestBackend } from '../../testing/test-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { createStaffedRoom, followRoom, type StaffedRoom } from './room-testing.ts';

const KINDS = ['post', 'reply', 'edit', 'delete', 'react', 'unreact', 'pin', 'unpin'] as const;
const actionArbitrary = fc.record({
  actor: fc.constantFrom('owner', 'moderator', 'member'),
  kind: fc.constantFrom('post', ...KINDS),
  target: fc.nat(4),
  emoji: fc.constantFrom('👍', '❤️', '🎉'),
});
type Action = typeof actionArbitrary extends fc.Arbitrary<infer T> ? T : never;
/** What happens at the same moment. */
const roundsArbitrary = fc.array(fc.array(actionArbitrary, { minLength: 1, maxLength: 3 }), {
  minLength: 4,
  maxLength: 12,
});

/** Does it, on one of the messages posted last; what it may not do it does not, and that is all the same here. */
async function act(
  room: StaffedRoom,
  messageIds: string[],
  { actor, kind, target, emoji }: Action,
): Promise<void> {
  const { roomId } = room;
  const { chat } = room[actor].call;
  const clientId = randomUUID();
  const messageId = messageIds.at(-1 - target);
  if (kind === 'post' || messageId === undefined) {
    messageIds.push((await chat.postMessage({ roomId, text: 'said', clientId })).messageId);
    return;
  }
  const ref = { roomId, messageId };
  switch (kind) {
    case 'reply':
      messageIds.push(
        (await chat.postMessage({ roomId, text: 'reply', threadOf: messageId, clientId })).messageId,
      );
      return;
    case 'edit':
      await chat.editMessage({ ...ref, text: clientId });
      return;
    case 'delete':
      await chat.deleteMessage(ref);
      return;
    case 'react':
      await chat.addReaction({ ...ref, emoji });
      return;
    case 'unreact':
      await chat.removeReaction({ ...ref, emoji });
      return;
    case 'pin':
    case 'unpin':
      await chat.pin({ ...ref, isPinned: kind === 'pin' });
  }
}

const EXPECTED = /No such message|Only whoever|Only its author|Only owners|was deleted/;
const unlessRefused = (err: unknown): void => {
  if (!(err instanceof Error) || !EXPECTED.test(err.message)) throw err;
};

const noReset = (events: readonly RoomFeedEvent[]): RoomEvent[] =>
  events.map((event) => {
    if (event.type === 'reset') throw new Error('a reader was sent to the start');
    return event;
  });

async function expectListsConverge(
  reader: TestCaller,
  roomId: string,
  fresh: RoomState,
  all: RoomEvent[],
): Promise<void> {
  for (const threadOf of [null, ...fresh.messages.map(({ id }) => id)]) {
    const { messages } = await reader.call.chat.messages({ roomId, ...(threadOf !== null && { threadOf }) });
    const applied = (from: RoomMessageView[], events: RoomEvent[]): RoomMessageView[] =>
      events.reduce((list, event) => applyToRoomMessages(list, event, { threadOf }), from);
    // From nothing, and once more on top of a page that has it all.
    expect(applied([], all)).toEqual(messages);
    for (const from of all.keys()) expect(applied(messages, all.slice(from))).toEqual(messages);
  }
}

it('whatever three members do, together or one after the other, all readers get to the same, from wherever', async () => {
  await using test = await createTestBackend({ isStarted: false });
  await fc.assert(
    fc.asyncProperty(roundsArbitrary, async (rounds) => {
      const room = await createStaffedRoom(test.backend);
      const { roomId, member, owner } = room;
      const messageIds: string[] = [];
      const snapshots = [await member.call.chat.getRoom({ roomId })];
      for (const round of rounds) {
        await Promise.all(
          round.map(async (action) => await act(room, messageIds, action).catch(unlessRefused)),
        );
        snapshots.push(await member.call.chat.getRoom({ roomId }));
      }
      const fresh = snapshots.at(-1);
      const [first] = snapshots;
      if (fresh === undefined || first === undefined) throw new Error('no snapshot');
      const head = parseCursor(fresh.cursor)?.seq ?? 0;
      for (const { state, cursor } of snapshots) {
        if (cursor === fresh.cursor) continue;
        const until = ({ seq }: RoomFeedEvent): boolean => seq === head;
        const { events } = await followRoom(owner, roomId, { lastEventId: cursor, until });
        expect(events.reduce(applyRoomEvent, state)).toEqual(fresh.state);
        if (cursor === first.cursor) await expectListsConverge(owner, roomId, fresh.state, noReset(events));
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);
