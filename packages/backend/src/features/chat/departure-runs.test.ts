import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createWorkshop, untilAskedOnce } from '../hitl/hitl-testing.ts';
import { askInRoom, untilRunEnded } from './room-agent-testing.ts';
import { createStaffedRoom, expectRoomConverges, idOf, type StaffedRoom } from './room-testing.ts';

const workshop = createWorkshop();
let test: TestBackend;
let admin: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
  admin = await createTestCaller(test.backend, { role: 'admin' });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const SENDS = '#tool send {"to":"ann"}\n#say so be it';

const WAYS = {
  leaves: async ({ roomId, member }) => await member.call.chat.leaveRoom({ roomId }),
  'is removed': async ({ roomId, moderator, member }) =>
    await moderator.call.chat.removeMember({ roomId, userId: idOf(member) }),
  'is banned': async ({ roomId, moderator, member }) =>
    await moderator.call.chat.ban({ roomId, userId: idOf(member) }),
  'is taken out of the tenant': async ({ member }) =>
    await admin.call.auth.removeMember({ userId: idOf(member) }),
} satisfies Record<string, (room: StaffedRoom) => Promise<unknown>>;

describe.each(Object.entries(WAYS))('when somebody for whom the agent works %s', (_how, depart) => {
  it('it stops, also what only they could have decided, and goes on with what the others asked', async () => {
    const room = await createStaffedRoom(test.backend, { deciders: 'asker' });
    const { roomId, owner, moderator, member } = room;
    const asked = await askInRoom(member, roomId, SENDS);
    const { id: approvalId } = await untilAskedOnce(owner, asked);
    const [queued, others] = [
      await askInRoom(member, roomId, SENDS),
      await askInRoom(moderator, roomId, '#say for those who are there'),
    ];
    const { runs } = await expectRoomConverges(owner, roomId, async () => {
      await depart(room);
      await untilRunEnded(owner, others);
    });
    expect([runs[asked.runId], runs[queued.runId]]).toMatchObject([
      { status: 'cancelled' },
      { status: 'cancelled' },
    ]);
    expect(runs[others.runId]).toMatchObject({ status: 'completed' });
    expect((await owner.call.hitl.get({ approvalId })).status).toBe('cancelled');
    expect(workshop.effects).toEqual([]);
  });

  it('it goes on with what others asked before', async () => {
    const room = await createStaffedRoom(test.backend, { deciders: 'asker' });
    const { roomId, owner, moderator, member } = room;
    const first = await askInRoom(moderator, roomId, SENDS);
    const { id: approvalId } = await untilAskedOnce(owner, first);
    const second = await askInRoom(member, roomId, '#say never');
    await depart(room);
    expect((await untilRunEnded(owner, second)).run).toMatchObject({ status: 'cancelled', items: [] });
    expect((await owner.call.hitl.get({ approvalId })).status).toBe('pending');
    await owner.call.agent.stop(first);
  });
});

it('coming back asks nothing anew', async () => {
  const { roomId, owner, member } = await createStaffedRoom(test.backend, { deciders: 'asker' });
  const asked = await askInRoom(member, roomId, SENDS);
  await untilAskedOnce(owner, asked);
  await member.call.chat.leaveRoom({ roomId });
  await owner.call.chat.invite({ roomId, userIds: [idOf(member)] });
  expect((await member.call.hitl.list({})).approvals).toEqual([]);
  const again = await askInRoom(member, roomId, '#say welcome back');
  expect((await untilRunEnded(owner, again)).run.status).toBe('completed');
});
