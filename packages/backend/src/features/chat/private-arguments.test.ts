import {
  applyRoomEvent,
  applyRunEvent,
  newRunState,
  type RoomFeedEvent,
  type RoomState,
  type RunState,
} from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import type { Asked } from '../agent/agent-testing.ts';
import { runEvents } from '../agent/run-events.ts';
import { createWorkshop, seen, untilAskedOnce } from '../hitl/hitl-testing.ts';
import { askInRoom, changeRoom, firstMember, untilRunEnded } from './room-agent-testing.ts';
import { roomEvents } from './room-events.ts';
import { createTestRoom, expectRoomConverges, setRole } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: createWorkshop().tools } });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const SECRET = 'the secret';
const SCRIPT = `#tool look {"to":"${SECRET}"}\n#tool send {"to":"${SECRET}"}\n#tool look {"to":1}\n#say done`;

interface Scene {
  roomId: string;
  /** May decide. */
  owner: TestCaller;
  asker: TestCaller;
  /** May not. */
  member: TestCaller;
}

async function scene(): Promise<Scene> {
  const room = await createTestRoom(test.backend, {
    memberCount: 2,
    deciders: 'moderators',
    hidesArgs: true,
  });
  const asker = firstMember(room);
  return { roomId: room.roomId, owner: room.owner, asker, member: room.members[1] ?? asker };
}

/** Asks, has it approved with other arguments, and waits for the end. */
async function play({ roomId, owner, asker }: Scene): Promise<Asked> {
  const asked = await askInRoom(asker, roomId, SCRIPT);
  const approval = await untilAskedOnce(owner, asked);
  await owner.call.hitl.approve({ ...seen(approval), editedArgs: { to: `${SECRET} too` } });
  await untilRunEnded(owner, asked);
  return asked;
}

const runOf = ({ runs }: RoomState, { runId }: Asked): RunState | undefined => runs[runId];
const text = (value: unknown): string => JSON.stringify(value);

describe('in a room that hides arguments', () => {
  it('those who decide see everything, others neither arguments nor results, and for both events lead to what is there', async () => {
    const room = await scene();
    for (const [reader, isAsked] of [
      [room.owner, true],
      [room.member, false],
      // Whoever asked is told no more than the rest, where moderators decide.
      [room.asker, false],
    ] as const) {
      const done: Asked[] = [];
      const state = await expectRoomConverges(reader, room.roomId, async () => done.push(await play(room)));
      const [asked] = done;
      if (asked === undefined) throw new Error('nothing was asked');
      const run = runOf(state, asked);
      expect(run?.status).toBe('completed');
      expect(text(run).includes(SECRET)).toBe(isAsked);
      const { state: alone } = await reader.call.agent.get(asked);
      expect(alone).toEqual(run);
      const { events } = await untilRunEnded(reader, asked);
      expect(text(events).includes(SECRET)).toBe(isAsked);
      expect(text(events)).not.toContain('undefined');
    }
  }, 60_000);

  it('what is hidden is null, left out or empty, in every place alike', async () => {
    const room = await scene();
    const asked = await askInRoom(room.asker, room.roomId, SCRIPT);
    const whole = await untilAskedOnce(room.owner, asked);
    const expected = { ...whole, args: null, argsHash: '', question: null };
    expect(await room.member.call.hitl.get({ approvalId: whole.id })).toEqual(expected);
    const { approvals } = await room.asker.call.hitl.list({ scope: 'involved', conversationId: room.roomId });
    expect(approvals).toEqual([expected]);
    const exported = await room.asker.call.hitl.export({ conversationId: room.roomId, format: 'json' });
    expect(JSON.parse(exported.text)).toEqual([expected]);
    const told = await test.backend.database.db
      .selectFrom('events')
      .innerJoin('memberships', 'memberships.streamId', 'events.streamId')
      .select('data')
      .where('memberships.userId', '=', room.asker.ctx.caller.userId)
      .where('type', '=', 'approval_changed')
      .execute();
    expect(told.map(({ data }) => data)).toEqual([{ approval: expected, mayDecide: false }]);
    const { items } = (await room.member.call.agent.get(asked)).state;
    expect(items.filter(({ kind }) => kind === 'tool')).toEqual([
      {
        kind: 'tool',
        toolCallId: expect.any(String),
        toolName: 'look',
        userId: room.asker.ctx.caller.userId,
        args: null,
        status: 'succeeded',
        durationMs: expect.any(Number),
      },
    ]);
    await room.owner.call.agent.stop(asked);
  });

  it('the words of a question are hidden from those who may not answer it', async () => {
    const room = await scene();
    const script = `#tool ask_user {"question":"${SECRET}?","options":["${SECRET}"]}\n#say so be it`;
    const asked = await askInRoom(room.asker, room.roomId, script);
    const approval = await untilAskedOnce(room.asker, asked);
    expect(approval.question?.text).toBe(`${SECRET}?`);
    const hidden = await room.member.call.hitl.get({ approvalId: approval.id });
    expect(hidden).toMatchObject({ title: 'ask_user', question: null, args: null });
    expect(text((await room.member.call.chat.getRoom({ roomId: room.roomId })).state.runs)).not.toContain(
      SECRET,
    );
    await room.owner.call.agent.stop(asked);
  });

  it('where the asker decides, it is the run’s own asker who sees it', async () => {
    const room = await scene();
    await changeRoom(room.owner, room.roomId, { deciders: 'asker' });
    const asked = await askInRoom(room.asker, room.roomId, `#tool look {"to":"${SECRET}"}\n#say done`);
    await untilRunEnded(room.member, asked);
    for (const [reader, sees] of [
      [room.asker, true],
      [room.owner, false],
      [room.member, false],
    ] as const) {
      expect(text((await reader.call.agent.get(asked)).state).includes(SECRET)).toBe(sees);
    }
  });
});

/** A reader who stays: the state they are led to, and what they were sent. */
async function stay(
  { ctx }: TestCaller,
  roomId: string,
  signal: AbortSignal,
): Promise<{ state: () => RoomState | null; events: RoomFeedEvent[]; ended: Promise<void> }> {
  const events: RoomFeedEvent[] = [];
  let state: RoomState | null = null;
  const feed = await roomEvents(ctx, { roomId }, signal);
  const take = (envelope: unknown): void => {
    if (!isTrackedEnvelope<RoomFeedEvent>(envelope)) throw new Error('an event came without its cursor');
    const [, event] = envelope;
    events.push(event);
    if (event.type === 'reset') state = event.data.state;
    else if (state !== null) state = applyRoomEvent(state, event);
  };
  take((await feed.next()).value);
  const ended = (async () => {
    for await (const envelope of feed) take(envelope);
  })();
  return { state: () => state, events, ended };
}

describe('when what a reader may see changes', () => {
  it.each([
    [
      'the setting',
      async ({ owner, roomId }: Scene) => await changeRoom(owner, roomId, { hidesArgs: false }),
    ],
    [
      'the rule',
      async ({ owner, roomId }: Scene) => await changeRoom(owner, roomId, { deciders: 'members' }),
    ],
  ])('by %s, they start again from a fresh state and go on by it', async (_, change) => {
    const room = await scene();
    await play(room);
    const abort = new AbortController();
    const reader = await stay(room.member, room.roomId, abort.signal);
    expect(text(reader.state()?.runs)).not.toContain(SECRET);
    await change(room);
    await expect.poll(() => reader.events.filter(({ type }) => type === 'reset').length).toBe(2);
    expect(text(reader.state()?.runs)).toContain(SECRET);
    const asked = await play(room);
    await expect.poll(() => reader.state()?.runs[asked.runId]?.status).toBe('completed');
    const fresh = await room.member.call.chat.getRoom({ roomId: room.roomId });
    expect(reader.state()).toEqual(fresh.state);
    abort.abort();
    await reader.ended;
  });

  it('nothing starts again for a change that leaves it as it is', async () => {
    const room = await scene();
    const abort = new AbortController();
    const reader = await stay(room.member, room.roomId, abort.signal);
    await changeRoom(room.owner, room.roomId, { name: 'Another' });
    await expect.poll(() => reader.state()?.room.name).toBe('Another');
    expect(reader.events.map(({ type }) => type)).toEqual(['reset', 'room_updated']);
    abort.abort();
    await reader.ended;
  });

  it('a reader who was away in between is led to what is there, by whatever cursor', async () => {
    const room = await scene();
    await play(room);
    await expectRoomConverges(room.member, room.roomId, async () => {
      await play(room);
      await changeRoom(room.owner, room.roomId, { hidesArgs: false });
      await play(room);
      await changeRoom(room.owner, room.roomId, { hidesArgs: true });
      await play(room);
    });
  });

  it('a run’s own feed starts again as well', async () => {
    const room = await scene();
    const asked = await askInRoom(room.asker, room.roomId, SCRIPT);
    const approval = await untilAskedOnce(room.owner, asked);
    let state: RunState | null = null;
    let resets = 0;
    for await (const envelope of await runEvents(room.member.ctx, asked, AbortSignal.timeout(10_000))) {
      if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its cursor');
      const [, event] = envelope;
      if (event.type === 'reset') {
        resets++;
        ({ state } = event.data);
      } else if (event.type === 'run_created') state = newRunState(event.data.run);
      else if (state !== null) state = applyRunEvent(state, event);
      if (event.type === 'run_waiting') {
        expect(text(state)).not.toContain(SECRET);
        await changeRoom(room.owner, room.roomId, { hidesArgs: false });
      }
      if (event.type === 'reset') await room.owner.call.hitl.approve(seen(approval));
    }
    expect(resets).toBe(1);
    expect(text(state)).toContain(SECRET);
    expect(state).toEqual((await room.member.call.agent.get(asked)).state);
  });

  it('a moderator who is made a member loads the room without what is hidden', async () => {
    const room = await scene();
    await setRole(test.backend, room.roomId, { caller: room.member, role: 'moderator' });
    await play(room);
    const load = async (): Promise<string> =>
      text((await room.member.call.chat.getRoom({ roomId: room.roomId })).state.runs);
    expect(await load()).toContain(SECRET);
    await setRole(test.backend, room.roomId, { caller: room.member, role: 'member' });
    expect(await load()).not.toContain(SECRET);
  });
});
