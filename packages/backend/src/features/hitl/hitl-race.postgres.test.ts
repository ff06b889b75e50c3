import { randomUUID } from 'node:crypto';
import type { ApprovalView } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../create-backend.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { ask, dones, outcomeOf } from '../agent/agent-testing.ts';
import { auditOf, createWorkshop, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

/** `AURA_RACE_ROUNDS=200 npx vitest run --project postgres src/features/hitl/hitl-race` for the whole campaign. */
const ROUNDS = Number(process.env.AURA_RACE_ROUNDS ?? 12);
const DECIDERS = 50;

const workshop = createWorkshop();
const { effects } = workshop;
let test: TestBackend;
let other: Backend;
let owner: TestCaller;
/** People who may decide, each on a node of their own choice. */
let deciders: TestCaller[];
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: workshop.tools } });
  other = await test.addNode();
  const nodes: Backend[] = [test.backend, other, await test.addNode()];
  const tenantId = await createTestTenant(test.backend);
  owner = await createTestCaller(test.backend, { tenantId });
  const people: TestCaller[] = [owner];
  for (let index = 0; index < 9; index++) {
    const role = index % 3 === 0 ? 'admin' : 'user';
    people.push(await createTestCaller(test.backend, { tenantId, role }));
  }
  const at = <T>(list: readonly T[], index: number): T => {
    const found = list[index % list.length];
    if (found === undefined) throw new Error('there is none');
    return found;
  };
  deciders = Array.from({ length: DECIDERS }, (_, index) =>
    callerOn(at(nodes, index), at(people, Math.floor(index / 3)).ctx.caller),
  );
});
afterAll(async () => await test[Symbol.asyncDispose]());

type Tried = { by: string; edited: string | null; approval: ApprovalView } | { refused: unknown };

async function decide({ call, ctx }: TestCaller, index: number, approval: ApprovalView): Promise<Tried> {
  const by = ctx.caller.userId;
  const edited = index % 3 === 2 ? `edited ${index}` : null;
  const attempt =
    index % 3 === 0
      ? call.hitl.reject({ ...seen(approval), reason: `no, says ${index}` })
      : call.hitl.approve({ ...seen(approval), ...(edited === null ? {} : { editedArgs: { to: edited } }) });
  return await attempt.then(
    (decided): Tried => ({ by, edited, approval: decided }),
    async (err: unknown): Promise<Tried> => ({ refused: await refusalOf(Promise.reject(err)) }),
  );
}

/** One round: whoever comes first decides, everybody else learns who that was, and just that happens. */
async function race(round: number): Promise<string> {
  effects.splice(0);
  const asked = await ask(owner, '#tool send {"to":"ann"}\n#say so be it');
  const { id: approvalId } = await untilAskedOnce(owner, asked);
  const approval = await owner.call.hitl.delegate({ approvalId, approvers: { kind: 'role', role: 'user' } });
  // From another one on each time, or the first in the list would always be first.
  const order = deciders.map((_, index) => (index + round * 7) % DECIDERS);
  const tried = await Promise.all(
    order.map(async (index) => {
      const decider = deciders[index];
      if (decider === undefined) throw new Error('nobody');
      // On another button each time, or a node that is always first would win all rounds in the same way.
      return await decide(decider, index + round, approval);
    }),
  );
  const final = await owner.call.hitl.get({ approvalId });
  const { status, decidedBy, decidedAt } = final;
  expect(['approved', 'rejected']).toContain(status);
  const won = tried.flatMap((one) => ('approval' in one ? [one] : []));
  const lost = tried.flatMap((one) => ('refused' in one ? [one.refused] : []));
  // The winner's own other clicks on the same button are answered as the first one was.
  expect(won.length).toBeGreaterThanOrEqual(1);
  for (const one of won) {
    expect(one.approval).toEqual(final);
    expect(one.by).toBe(decidedBy);
  }
  expect(won.length + lost.length).toBe(DECIDERS);
  for (const refused of lost) {
    expect(refused).toMatchObject({ code: 'APPROVAL_DECIDED', decision: { status, decidedBy, decidedAt } });
  }
  const { events, run } = await outcomeOf(owner, asked);
  expect(run.status).toBe('completed');
  expect(dones(events)).toHaveLength(1);
  const resolved = events.filter(({ type }) => type === 'hitl_resolved');
  expect(resolved).toMatchObject([{ data: { approvalId, status, decidedBy } }]);
  const to = won.find(({ edited }) => edited !== null)?.edited ?? 'ann';
  expect(effects.map(({ args }) => args)).toEqual(status === 'approved' ? [{ to, amount: 1 }] : []);
  const audit = await auditOf(test.backend, approvalId);
  expect(audit.filter(({ action }) => action === `hitl.${status}`)).toHaveLength(1);
  expect(audit.filter(({ action }) => action === 'hitl.refused')).toHaveLength(lost.length);
  return status === 'approved' && final.editedArgs !== null ? 'edited' : status;
}

describe(`${DECIDERS} people on three nodes who approve, edit and reject at once`, () => {
  it(
    `have one winner in each of ${ROUNDS} rounds: one event, one execution or none, and losers told who won`,
    async () => {
      const outcomes: string[] = [];
      for (let round = 0; round < ROUNDS; round++) outcomes.push(await race(round));
      // All kinds of decision win some.
      expect(new Set(outcomes).size).toBeGreaterThan(1);
    },
    60_000 + ROUNDS * 3_000,
  );
});

describe('the owner’s stop and a decision at once', () => {
  it('have one winner: executed only if approved before, and the run ends once', async () => {
    for (let round = 0; round < 8; round++) {
      effects.splice(0);
      const asked = await ask(owner, '#tool send {"to":"ann"}\n#say so be it');
      const approval = await untilAskedOnce(owner, asked);
      const there = callerOn(other, owner.ctx.caller);
      const [decided] = await Promise.all([
        there.call.hitl.approve({ ...seen(approval), clientId: randomUUID() }).then(
          ({ status }) => status,
          async (err: unknown) => (await refusalOf(Promise.reject(err))).code,
        ),
        owner.call.agent.stop(asked),
      ]);
      const { events, run } = await outcomeOf(owner, asked);
      expect(dones(events)).toHaveLength(1);
      const { status } = await owner.call.hitl.get({ approvalId: approval.id });
      expect(status).toBe(decided === 'approved' ? 'approved' : 'cancelled');
      if (decided !== 'approved') {
        expect(effects).toEqual([]);
        expect(run.status).toBe('cancelled');
      }
      expect(effects.length).toBeLessThanOrEqual(1);
    }
  });
});
