import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aWake, openTestPlace, startTestNode, type TestPlace } from './job-testing.ts';
import { createPgBossJobs } from './pg-boss-jobs.ts';

let place: TestPlace;
beforeAll(async () => {
  place = await openTestPlace();
});
afterAll(async () => await place[Symbol.asyncDispose]());

describe('a job', () => {
  it('that a node without workers stores in a tenant’s transaction arrives at one that works', async () => {
    await using web = await startTestNode(place, { isWorker: false });
    await using worker = await startTestNode(place);
    const job = aWake();
    await place.inTransaction(async (tx) => await web.jobs.enqueue(tx, job));
    await expect.poll(() => worker.woken).toEqual([job.data.runId]);
    expect(web.woken).toEqual([]);
  });

  it('does not exist when its transaction is rolled back', async () => {
    await using node = await startTestNode(place);
    const [undone, kept] = [aWake(), aWake()];
    const failing = place.inTransaction(async (tx) => {
      await node.jobs.enqueue(tx, undone);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await place.inTransaction(async (tx) => await node.jobs.enqueue(tx, kept));
    await expect.poll(() => node.woken).toEqual([kept.data.runId]);
  });

  it('is not handled before its time, and is then', async () => {
    await using node = await startTestNode(place);
    const [late, soon] = [aWake(), aWake()];
    const startAfter = new Date(Date.now() + 2_000);
    await place.inTransaction(async (tx) => await node.jobs.enqueue(tx, { ...late, startAfter }));
    await place.inTransaction(async (tx) => await node.jobs.enqueue(tx, soon));
    await expect.poll(() => node.woken).toEqual([soon.data.runId]);
    await expect.poll(() => node.woken).toEqual([soon.data.runId, late.data.runId]);
    expect(Date.now()).toBeGreaterThanOrEqual(startAfter.getTime());
  });

  it('is tried again when its handler throws, while those fetched with it are done', async () => {
    const failing = aWake();
    await using node = await startTestNode(place, {
      wake: ({ runId }) =>
        runId === failing.data.runId && node.woken.filter((id) => id === runId).length === 1
          ? Promise.reject(new Error('not now'))
          : Promise.resolve(),
    });
    const fine = aWake();
    await place.inTransaction(async (tx) => {
      await node.jobs.enqueue(tx, failing);
      await node.jobs.enqueue(tx, fine);
    });
    await expect
      .poll(() => node.woken.toSorted(), { timeout: 15_000 })
      .toEqual([failing.data.runId, failing.data.runId, fine.data.runId].toSorted());
    expect(await statesOf(fine.data.runId)).toEqual([{ state: 'completed', retryCount: 0 }]);
    await expect
      .poll(async () => await statesOf(failing.data.runId))
      .toEqual([{ state: 'completed', retryCount: 1 }]);
  });

  it('is stored once while one of its name and key waits, and again afterwards', async () => {
    await using node = await startTestNode(place, { isWorker: false });
    const [first, second, other] = [aWake(), aWake(), aWake()];
    await place.inTransaction(async (tx) => {
      await node.jobs.enqueue(tx, { ...first, singletonKey: 'same' });
      await node.jobs.enqueue(tx, { ...second, singletonKey: 'same' });
      await node.jobs.enqueue(tx, { ...other, singletonKey: 'another' });
    });
    await using worker = await startTestNode(place);
    const expected = [first.data.runId, other.data.runId];
    await expect.poll(() => worker.woken.toSorted()).toEqual(expected.toSorted());
    await place.inTransaction(async (tx) => await node.jobs.enqueue(tx, { ...second, singletonKey: 'same' }));
    await expect.poll(() => worker.woken).toContain(second.data.runId);
  });

  it('is handled once when two nodes work', async () => {
    await using first = await startTestNode(place);
    await using second = await startTestNode(place);
    const jobs = Array.from({ length: 60 }, () => aWake());
    for (const [index, job] of jobs.entries()) {
      const { jobs: port } = index % 2 === 0 ? first : second;
      await place.inTransaction(async (tx) => await port.enqueue(tx, job));
    }
    const expected = jobs.map(({ data }) => data.runId).toSorted();
    await expect.poll(() => [...first.woken, ...second.woken].toSorted()).toEqual(expected);
  });

  it('of which nothing can be told by the role that stored it', async () => {
    await using node = await startTestNode(place, { isWorker: false });
    await place.inTransaction(async (tx) => await node.jobs.enqueue(tx, aWake()));
    for (const statement of [
      'select data from aura_jobs.job_common',
      'update aura_jobs.job_common set data = null',
      'delete from aura_jobs.job_common',
      'select from aura_jobs.schedule',
      'delete from aura_jobs.queue',
    ]) {
      const reading = place.inTransaction(async (tx) => await sql.raw(statement).execute(tx.db));
      await expect(reading, statement).rejects.toThrow('permission denied');
    }
  });
});

describe('nodes', () => {
  it('that have not started refuse to store a job, rather than keep its transaction waiting', async () => {
    await using jobs = createPgBossJobs({ database: place.jobDatabase, log: pino({ level: 'silent' }) });
    const storing = place.inTransaction(async (tx) => await jobs.enqueue(tx, aWake()));
    await expect(storing).rejects.toThrow('jobs have not been started');
  });

  it('that start at once on an empty database all get to work', async () => {
    await using empty = await openTestPlace();
    await using stack = new AsyncDisposableStack();
    const nodes = await Promise.all(Array.from({ length: 4 }, async () => await startTestNode(empty)));
    for (const node of nodes) stack.use(node);
    const jobs = nodes.map((node) => ({ node, job: aWake() }));
    for (const { node, job } of jobs) {
      await empty.inTransaction(async (tx) => await node.jobs.enqueue(tx, job));
    }
    await expect
      .poll(() => nodes.flatMap(({ woken }) => woken).toSorted())
      .toEqual(jobs.map(({ job }) => job.data.runId).toSorted());
  });

  it('that stop wait for what they are handling', async () => {
    const job = aWake();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    let hasEnded = false;
    const node = await startTestNode(place, {
      wake: async ({ runId }) => {
        if (runId !== job.data.runId) return;
        await mayEnd;
        hasEnded = true;
      },
    });
    await place.inTransaction(async (tx) => await node.jobs.enqueue(tx, job));
    await expect.poll(() => node.woken).toContain(job.data.runId);
    const stopping = node[Symbol.asyncDispose]();
    end();
    await stopping;
    expect(hasEnded).toBe(true);
    expect(await statesOf(job.data.runId)).toEqual([{ state: 'completed', retryCount: 0 }]);
  });

  it('that stop do not wait longer than 5 s, and hand back what they did not finish', async () => {
    const job = aWake();
    const node = await startTestNode(place, {
      wake: async ({ runId }) => {
        if (runId === job.data.runId) await new Promise(() => {});
      },
    });
    await place.inTransaction(async (tx) => await node.jobs.enqueue(tx, job));
    await expect.poll(() => node.woken).toContain(job.data.runId);
    const since = performance.now();
    await node[Symbol.asyncDispose]();
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(await statesOf(job.data.runId)).toMatchObject([{ state: 'retry' }]);
    await using next = await startTestNode(place);
    await expect.poll(() => next.woken, { timeout: 15_000 }).toEqual([job.data.runId]);
  });
});

describe('periodic work', () => {
  it('is done once a tick, by one of two nodes, and no longer when a release has no more of it', async () => {
    let runs = 0;
    const run = (): Promise<void> => {
      runs++;
      return Promise.resolve();
    };
    const daily = { name: 'forget-sessions', cron: '0 0 1 1 *', run } as const;
    const everyMinute = { name: 'prune-events', cron: '* * * * *', run } as const;
    {
      await using _first = await startTestNode(place, { periodic: [daily, everyMinute] });
      await using _second = await startTestNode(place, { periodic: [everyMinute] });
      // The minute that is under way is a tick; several looks at the clock by both nodes find no other in it.
      await expect.poll(() => runs).toBeGreaterThan(0);
      const looks = new Set<string>();
      await expect
        .poll(async () => looks.add(await lastLook()).size, { timeout: 15_000 })
        .toBeGreaterThanOrEqual(4);
      const ticks = await ticksSoFar();
      expect(ticks).toBeLessThanOrEqual(2);
      await expect.poll(() => runs).toBe(ticks);
    }
    const { rows } = await sql<{ key: string }>`select key from aura_jobs.schedule`.execute(
      place.database.db,
    );
    expect(rows).toEqual([{ key: 'prune-events' }]);
  });
});

async function statesOf(runId: string): Promise<{ state: string; retryCount: number }[]> {
  const { rows } = await sql<{ state: string; retryCount: number }>`
    select state, retry_count from aura_jobs.job
    where data->'data'->>'runId' = ${runId}`.execute(place.database.db);
  return rows;
}

/** When any node last looked whether a tick has come. */
async function lastLook(): Promise<string> {
  const { rows } = await sql<{ at: string }>`select cron_on::text as at from aura_jobs.version`.execute(
    place.database.db,
  );
  return rows[0]?.at ?? 'never';
}

/** Minutes in which periodic work came due while somebody looked. */
async function ticksSoFar(): Promise<number> {
  const { rows } = await sql`
    select distinct singleton_on from aura_jobs.job where singleton_key = 'cron__prune-events'`.execute(
    place.database.db,
  );
  return rows.length;
}
