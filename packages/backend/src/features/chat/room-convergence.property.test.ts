import { randomUUID } from 'node:crypto';
import {
  applyRoomEvent,
  applyThreadEvent,
  applyToRoomMessages,
  type ErrorCode,
  parseCursor,
  type RoomEvent,
  type RoomFeedEvent,
  type RoomMessageView,
  type RoomState,
  type ThreadState,
} from '@aura/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AppError } from '../../app-error.ts';
import { createTestBackend } from '../../testing/test-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import { createStaffedRoom, followRoom, noReset, type StaffedRoom } from './room-testing.ts';

const KINDS = ['post', 'reply', 'edit', 'delete', 'react', 'unreact', 'pin', 'unpin'] as const;
/** Of the agent, who works while the others go on. */
const RUN_KINDS = ['ask', 'askInThread', 'stop', 'decide'] as const;
type Kind = (typeof KINDS)[number] | (typeof RUN_KINDS)[number];

const actionsOf = (kinds: readonly Kind[]) =>
  fc.record({
    actor: fc.constantFrom('owner', 'moderator', 'member'),
    kind: fc.constantFrom('post', ...kinds),
    target: fc.nat(4),
    emoji: fc.constantFrom('👍', '❤️', '🎉'),
    script: fc.constantFrom(
      '#think hm\n#tool clock_now {}\n#say done',
      '#say well\n#tool ask_user {"question":"Which?"}\n#say so be it',
      '#repeat 60 word',
      '#fail 401 9',
    ),
  });
type Action = ReturnType<typeof actionsOf> extends fc.Arbitrary<infer T> ? T : never;
/** What happens at the same moment. */
const roundsOf = (kinds: readonly Kind[]) =>
  fc.array(fc.array(actionsOf(kinds), { minLength: 1, maxLength: 3 }), { minLength: 4, maxLength: 12 });

/** Does it, on one of the messages posted last; what it may not do it does not, and that is all the same here. */
async function act(room: StaffedRoom, messageIds: string[], action: Action): Promise<void> {
  const { actor, kind, target, emoji, script } = action;
  const { roomId } = room;
  const { chat, agent, hitl } = room[actor].call;
  const clientId = randomUUID();
  const messageId = messageIds.at(-1 - target);
  const post = async (text: string, place: { threadOf?: string } = {}): Promise<void> => {
    const posted = await chat.postMessage({ roomId, text, clientId, ...place });
    messageIds.push(posted.messageId);
  };
  if (kind === 'post' || messageId === undefined) return await post('said');
  const ref = { roomId, messageId };
  switch (kind) {
    case 'reply':
      return await post('reply', { threadOf: messageId });
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
      return;
    case 'ask':
      return await post(`@agent\n${script}`);
    case 'askInThread':
      return await post(`@agent\n${script}`, { threadOf: messageId });
    case 'stop': {
      const [run] = (await agent.list({ conversationId: roomId })).runs;
      if (run !== undefined) await agent.stop({ runId: run.id });
      return;
    }
    case 'decide': {
      const [approval] = (await hitl.list({ conversationId: roomId })).approvals;
      if (approval === undefined) return;
      await hitl.respond({ approvalId: approval.id, argsHash: approval.argsHash, answer: 'this' });
    }
  }
}

/** What cannot be done now, or not by them. */
const EXPECTED: readonly ErrorCode[] = ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'APPROVAL_DECIDED'];
const unlessRefused = (err: unknown): void => {
  const cause = err instanceof Error ? err.cause : undefined;
  if (!(cause instanceof AppError) || !EXPECTED.includes(cause.code)) throw err;
};

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

/** Something that was read at a moment. */
interface Snapshot<S> {
  state: S;
  cursor: string;
}
const seqOf = ({ cursor }: Snapshot<unknown>): number => parseCursor(cursor)?.seq ?? 0;

/** What the room's feed tells between two moments. */
async function between(
  reader: TestCaller,
  roomId: string,
  { from, to }: { from: Snapshot<unknown>; to: Snapshot<unknown> },
): Promise<RoomEvent[]> {
  if (seqOf(from) === seqOf(to)) return [];
  const until = ({ seq }: RoomFeedEvent): boolean => seq === seqOf(to);
  return noReset((await followRoom(reader, roomId, { lastEventId: from.cursor, until })).events);
}

it('whatever three members do, together or one after the other, all readers get to the same, from wherever', async () => {
  await using test = await createTestBackend({ isStarted: false });
  await fc.assert(
    fc.asyncProperty(roundsOf(KINDS), async (rounds) => {
      const room = await createStaffedRoom(test.backend);
      const { roomId, member, owner } = room;
      const messageIds: string[] = [];
      const first = await member.call.chat.getRoom({ roomId });
      const snapshots = [first];
      for (const round of rounds) {
        await Promise.all(
          round.map(async (action) => await act(room, messageIds, action).catch(unlessRefused)),
        );
        snapshots.push(await member.call.chat.getRoom({ roomId }));
      }
      const to = snapshots.at(-1) ?? first;
      for (const from of snapshots) {
        const events = await between(owner, roomId, { from, to });
        expect(events.reduce(applyRoomEvent, from.state)).toEqual(to.state);
        if (from === first) await expectListsConverge(owner, roomId, to.state, events);
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);

it('so it is while the agent works, in the room and in its threads, of which the same is true', async () => {
  await using test = await createTestBackend();
  await fc.assert(
    fc.asyncProperty(roundsOf([...KINDS, ...RUN_KINDS, ...RUN_KINDS]), async (rounds) => {
      const room = await createStaffedRoom(test.backend, { deciders: 'members' });
      const { roomId, member, owner } = room;
      const messageIds: string[] = [];
      const first = await member.call.chat.getRoom({ roomId });
      const snapshots = [first];
      const threads = new Map<string, Snapshot<ThreadState>[]>();
      for (const round of rounds) {
        await Promise.all(
          round.map(async (action) => await act(room, messageIds, action).catch(unlessRefused)),
        );
        const snapshot = await member.call.chat.getRoom({ roomId });
        snapshots.push(snapshot);
        for (const { id: messageId } of snapshot.state.messages) {
          const thread = await member.call.chat.getThread({ roomId, messageId });
          threads.set(messageId, [...(threads.get(messageId) ?? []), thread]);
        }
      }
      const to = snapshots.at(-1) ?? first;
      for (const from of snapshots) {
        const events = await between(owner, roomId, { from, to });
        expect(events.reduce(applyRoomEvent, from.state)).toEqual(to.state);
      }
      for (const known of threads.values()) {
        const [from] = known;
        const last = known.at(-1);
        if (from === undefined || last === undefined) continue;
        const events = await between(owner, roomId, { from, to: last });
        expect(events.reduce(applyThreadEvent, from.state)).toEqual(last.state);
      }
    }),
    { numRuns: 12 },
  );
}, 240_000);
