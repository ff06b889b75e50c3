import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import type { Asked } from '../agent/agent-testing.ts';
import { executeRun } from '../agent/execute-run.ts';
import { mortalNode } from '../agent/mortal-node-testing.ts';
import { createWorkshop, seen, untilAskedOnce } from '../hitl/hitl-testing.ts';
import { askInRoom, firstMember, untilRunEnded } from './room-agent-testing.ts';
import { createTestRoom, expectRoomConverges } from './room-testing.ts';

const never = new AbortController().signal;
const workshop = createWorkshop();
const { effects } = workshop;
let test: TestBackend;
let roomId: string;
let owner: TestCaller;
let asker: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false, overrides: { tools: workshop.tools } });
  const room = await createTestRoom(test.backend, { deciders: 'moderators' });
  ({ roomId, owner } = room);
  asker = firstMember(room);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const statusOf = async (caller: TestCaller, { runId }: Asked): Promise<string> =>
  (await caller.call.agent.get({ runId })).state.status;

const live = async ({ runId }: Asked): Promise<void> => {
  await withSystemTransaction(test.backend, async ({ db }) => {
    await db
      .updateTable('runs')
      .set({ leaseUntil: sql<Date>`clock_timestamp() - interval '1 s'` })
      .where('id', '=', runId)
      .where('status', '=', 'running')
      .execute();
  });
  await executeRun({ ...test.backend, nodeId: 'a healthy node' }, { runId, signal: never, drain: never });
};

/** Has whoever may decide do so, if it is not done yet. */
async function approve(asked: Asked): Promise<void> {
  if ((await statusOf(owner, asked)) !== 'waiting') return;
  await owner.call.hitl.approve(seen(await untilAskedOnce(owner, asked)));
}

describe('a run in a room whose owner is killed', () => {
  it('after any of its commits, while it waits too, is taken up there: made once, told once, to every member the same', async () => {
    let total = Number.POSITIVE_INFINITY;
    for (let last = 1; last <= total; last++) {
      effects.splice(0);
      const node = mortalNode(test.backend, last);
      const { core, signal } = node;
      const state = await expectRoomConverges(asker, roomId, async () => {
        const asked = await askInRoom(asker, roomId, '#tool post {"to":"ann"}\n#say so be it');
        const { runId } = asked;
        await executeRun(core, { runId, signal, drain: never });
        if (!signal.aborted) {
          await approve(asked);
          await executeRun(core, { runId, signal, drain: never });
        }
        if (!signal.aborted) total = node.commits;
        await live(asked);
        await approve(asked);
        await live(asked);
        const { events } = await untilRunEnded(owner, asked);
        expect(events.filter(({ type }) => type === 'done')).toMatchObject([
          { data: { status: 'completed' } },
        ]);
        expect(events.filter(({ type }) => type === 'hitl_resolved')).toHaveLength(1);
      });
      expect(state.messages.slice(-1)).toMatchObject([{ text: 'so be it', authorId: null }]);
      expect(new Set(effects.map(({ key }) => key)).size).toBe(1);
    }
    expect(total).toBeGreaterThan(6);
    expect(total).toBeLessThan(40);
  }, 120_000);
});
