import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../create-backend.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, type TestCaller } from '../../testing/test-caller.ts';
import { askInRoom, firstMember, untilRunEnded } from '../chat/room-agent-testing.ts';
import { createTestRoom, expectRoomConverges, setRole } from '../chat/room-testing.ts';
import { createWorkshop, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

const ROUNDS = 4;
const MEMBERS = 49;
const SENDS = '#tool send {"to":"ann"}\n#say so be it';

const workshop = createWorkshop();
const { effects } = workshop;
let test: TestBackend;
let nodes: Backend[];
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
  nodes = [test.backend, await test.addNode()];
});
afterAll(async () => await test[Symbol.asyncDispose]());

const onSomeNode = ({ ctx }: TestCaller, index: number): TestCaller =>
  callerOn(nodes[index % nodes.length] ?? test.backend, ctx.caller);

describe('fifty members of a room on two nodes who approve and reject at once', () => {
  it(`have one winner in each of ${ROUNDS} rounds, and everybody in the room sees the same one`, async () => {
    const { roomId, owner, members } = await createTestRoom(test.backend, {
      memberCount: MEMBERS,
      deciders: 'members',
    });
    const people = [owner, ...members];
    for (let round = 0; round < ROUNDS; round++) {
      effects.splice(0);
      const asked = await askInRoom(owner, roomId, SENDS);
      const approval = await untilAskedOnce(owner, asked);
      const state = await expectRoomConverges(owner, roomId, async () => {
        const tried = await Promise.all(
          people.map(async (person, index) => {
            const { call, ctx } = onSomeNode(person, index);
            const isFor = (index + round) % 2 === 0;
            const attempt = isFor ? call.hitl.approve(seen(approval)) : call.hitl.reject(seen(approval));
            return await attempt.then(
              () => ({ winner: ctx.caller.userId, isFor }),
              async (err: unknown) => await refusalOf(Promise.reject(err)),
            );
          }),
        );
        const won = tried.filter((one) => 'winner' in one);
        expect(won).toHaveLength(1);
        expect(tried.filter((one) => 'code' in one && one.code === 'APPROVAL_DECIDED')).toHaveLength(MEMBERS);
        await untilRunEnded(owner, asked);
        expect(effects).toHaveLength(won[0]?.isFor === true ? 1 : 0);
      });
      const decided = state.runs[asked.runId]?.items.flatMap((item) =>
        item.kind === 'approval' ? [item.approval.decidedBy] : [],
      );
      expect(decided).toEqual([(await owner.call.hitl.get({ approvalId: approval.id })).decidedBy]);
    }
  }, 120_000);
});

describe('a decision and the decider’s leaving the room at once', () => {
  it('are one before the other: decided while still in it, or as if there were nothing to decide', async () => {
    for (let round = 0; round < 6; round++) {
      effects.splice(0);
      const room = await createTestRoom(test.backend, { deciders: 'members' });
      const { roomId, owner } = room;
      const member = firstMember(room);
      const asked = await askInRoom(owner, roomId, SENDS);
      const approval = await untilAskedOnce(owner, asked);
      const [outcome] = await Promise.all([
        onSomeNode(member, round)
          .call.hitl.approve(seen(approval))
          .then(
            ({ status }) => status,
            async (err: unknown) => (await refusalOf(Promise.reject(err))).code,
          ),
        setRole(test.backend, roomId, { caller: member, role: null }),
      ]);
      expect(['approved', 'NOT_FOUND']).toContain(outcome);
      const { status } = await owner.call.hitl.get({ approvalId: approval.id });
      expect(status).toBe(outcome === 'approved' ? 'approved' : 'pending');
      if (outcome !== 'approved') await owner.call.agent.stop(asked);
      await untilRunEnded(owner, asked);
      expect(effects).toHaveLength(outcome === 'approved' ? 1 : 0);
    }
  }, 60_000);
});
