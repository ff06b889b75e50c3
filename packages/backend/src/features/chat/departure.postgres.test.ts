import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../create-backend.ts';
import { NO_HUB } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn } from '../../testing/test-caller.ts';
import { ban } from './ban.ts';
import { removeMember } from './remove-member.ts';
import { createStaffedRoom, idOf, openRoomFeed, say } from './room-testing.ts';

let test: TestBackend;
let node: Backend;
beforeAll(async () => {
  test = await createTestBackend();
  node = await test.addNode();
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** By when a feed on another node must have ended, whatever was lost. */
const LIMIT_MS = 5_000;
/** For reading the log and for a machine with much else to do. */
const MARGIN_MS = 1_000;

describe('a feed on another node', () => {
  it('ends at once when its reader is removed', async () => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const { ended } = await openRoomFeed(callerOn(node, member.ctx.caller), roomId);
    const from = performance.now();
    await owner.call.chat.removeMember({ roomId, userId: idOf(member) });
    await say(owner, roomId, 'after');
    const { events, code } = await ended;
    expect(performance.now() - from).toBeLessThan(MARGIN_MS);
    expect(code).toBe('FORBIDDEN');
    expect(events.map(({ type }) => type)).toEqual(['member_left']);
  });

  it.each([
    { name: 'removed', act: removeMember },
    { name: 'banned', act: ban },
  ])('ends within five seconds when nothing tells it that its reader was $name', async ({ act }) => {
    const { roomId, owner, member } = await createStaffedRoom(test.backend);
    const { ended } = await openRoomFeed(callerOn(node, member.ctx.caller), roomId);
    const from = performance.now();
    // The message to the other nodes is lost, and the one to this node's readers.
    await act({ ...owner.ctx, hub: { ...owner.ctx.hub, ...NO_HUB } }, { roomId, userId: idOf(member) });
    const { events, code } = await ended;
    expect(performance.now() - from).toBeLessThan(LIMIT_MS + MARGIN_MS);
    expect(code).toBe('FORBIDDEN');
    expect(events.map(({ type }) => type)).toEqual(['member_left']);
  });
});
