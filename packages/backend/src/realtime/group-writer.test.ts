import { randomUUID } from 'node:crypto';
import type { KyselyPlugin } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../db/database.ts';
import { withTransaction } from '../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../testing/test-caller.ts';
import { createTestStream } from '../testing/test-stream.ts';
import { append } from './append.ts';
import type { StreamEvent } from './event.ts';
import { createGroupWriter, FencedError, type GroupAppend } from './group-writer.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const said = (text: string) => ({ type: 'test', data: { text } });
const textsOf = (events: readonly StreamEvent[]): unknown[] => events.map(({ data }) => data.text);

async function stored(streamId: string): Promise<{ seq: number; text: unknown; fence: number | null }[]> {
  const rows = await test.backend.database.db
    .selectFrom('events')
    .select(['seq', 'data', 'fence'])
    .where('streamId', '=', streamId)
    .orderBy('seq')
    .execute();
  return rows.map(({ seq, data, fence }) => ({ seq, text: data.text, fence }));
}

/** A run that says nothing by itself: its model is asked to wait. */
async function startRun(): Promise<{ runId: string; streamId: string; tenantId: string; fence: number }> {
  const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
  const { runId } = await user.call.conversation.send({
    conversationId: conversation.id,
    clientId: randomUUID(),
    text: '#delay 60000\n#say late',
  });
  const { tenantId } = user.ctx.caller;
  const find = async () =>
    await test.backend.database.db
      .selectFrom('runs')
      .select(['status', 'fence'])
      .where('id', '=', runId)
      .executeTakeFirstOrThrow();
  await expect.poll(find).toMatchObject({ status: 'running' });
  return { runId, streamId: conversation.id, tenantId, fence: (await find()).fence };
}

describe('GroupWriter', () => {
  it('answers each request with its own events, in dense order, and announces them after the commit', async () => {
    const stream = await createTestStream(test.backend);
    const place = { tenantId: stream.tenantId, streamId: stream.id };
    using watch = test.backend.hub.watch(stream.id);
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const events = await test.backend.groupWriter.append({
          ...place,
          events: [said(`${index}a`), said(`${index}b`)],
        });
        expect(textsOf(events)).toEqual([`${index}a`, `${index}b`]);
        expect(watch.head).toBeGreaterThanOrEqual(events[1]?.seq ?? Infinity);
        return events;
      }),
    );
    const rows = await stored(stream.id);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    for (const events of answers) {
      for (const { seq, data } of events) expect(rows[seq - 1]?.text).toBe(data.text);
    }
    expect(watch.after(0)).toEqual(answers.flat().toSorted((a, b) => a.seq - b.seq));
  });

  it('commits what arrives during a commit together', async () => {
    const streams = await Promise.all(
      Array.from({ length: 10 }, async () => await createTestStream(test.backend)),
    );
    const { database, statements } = countingQueries(test.backend.database);
    await using writer = createGroupWriter({ database, hub: test.backend.hub });
    const appends = Array.from({ length: 400 }, async (_, index) => {
      const { id, tenantId } = streams[index % 10] ?? streams[0] ?? expect.unreachable();
      return await writer.append({ tenantId, streamId: id, events: [said(String(index))] });
    });
    await Promise.all(appends);
    expect(statements.filter((text) => text.includes('insert into events'))).toHaveLength(2);
  });

  it('answers nothing for no events, and refuses after its end', async () => {
    const stream = await createTestStream(test.backend);
    const place = { tenantId: stream.tenantId, streamId: stream.id };
    const writer = createGroupWriter(test.backend);
    expect(await writer.append({ ...place, events: [] })).toEqual([]);
    const last = writer.append({ ...place, events: [said('last')] });
    await writer[Symbol.asyncDispose]();
    expect(textsOf(await last)).toEqual(['last']);
    await expect(writer.append({ ...place, events: [said('late')] })).rejects.toThrow('stopping');
  });

  it('writes for a run only under its newest claim, and only while it runs', async () => {
    const { runId, fence, ...place } = await startRun();
    const { groupWriter } = test.backend;
    const appendUnder = async (claim: { runId: string; fence: number }): Promise<unknown> =>
      await groupWriter.append({ ...place, claim, events: [said('claimed')] });
    await appendUnder({ runId, fence });
    const before = await stored(place.streamId);
    expect(before.at(-1)).toMatchObject({ text: 'claimed', fence });
    await expect(appendUnder({ runId, fence: fence - 1 })).rejects.toBeInstanceOf(FencedError);
    await expect(appendUnder({ runId, fence: fence + 1 })).rejects.toBeInstanceOf(FencedError);
    await expect(appendUnder({ runId: randomUUID(), fence })).rejects.toBeInstanceOf(FencedError);
    expect(await stored(place.streamId)).toEqual(before);
    await user.call.agent.stop({ runId });
    const stopped = await stored(place.streamId);
    await expect(appendUnder({ runId, fence })).rejects.toBeInstanceOf(FencedError);
    await expect(appendUnder({ runId, fence: fence + 1 })).rejects.toBeInstanceOf(FencedError);
    expect(await stored(place.streamId)).toEqual(stopped);
  });

  it('lets a request that is refused fail alone, whatever it is refused for', async () => {
    const [stream, foreign] = await Promise.all([
      createTestStream(test.backend),
      createTestStream(test.backend, { tenantId: await createTestTenant(test.backend) }),
    ]);
    const place = { tenantId: stream.tenantId, streamId: stream.id };
    const circular: { self?: unknown } = {};
    circular.self = circular;
    let deep: object = {};
    for (let depth = 0; depth < 50_000; depth++) deep = { deep };
    const bad: Record<string, GroupAppend> = {
      'an unknown stream': { ...place, streamId: randomUUID(), events: [said('x')] },
      'another tenant’s stream': { ...place, streamId: foreign.id, events: [said('x')] },
      'a stream under another tenant': { ...place, tenantId: foreign.tenantId, events: [said('x')] },
      'an id that is none': { ...place, streamId: 'x', events: [said('x')] },
      'a claim on no run': { ...place, claim: { runId: randomUUID(), fence: 1 }, events: [said('x')] },
      'a run id that is none': { ...place, events: [{ ...said('x'), runId: 'x' }] },
      'a value that is no JSON': { ...place, events: [{ type: 'test', data: circular }] },
      'JSON deeper than the database takes': { ...place, events: [{ type: 'test', data: deep }] },
      'a fence beyond numbers': {
        ...place,
        claim: { runId: randomUUID(), fence: 1e300 },
        events: [said('x')],
      },
    };
    // The first occupies the writer, so that all others are one batch.
    const first = test.backend.groupWriter.append({ ...place, events: [said('first')] });
    const results = Object.entries(bad).flatMap(([name, request]) => [
      { name: 'good', result: test.backend.groupWriter.append({ ...place, events: [said('good')] }) },
      { name, result: test.backend.groupWriter.append(request) },
    ]);
    await first;
    const settled = await Promise.allSettled(results.map(async ({ result }) => await result));
    const outcome = settled.map(({ status }, index) => `${results[index]?.name}: ${status}`);
    expect(outcome).toEqual(
      results.map(({ name }) => (name === 'good' ? 'good: fulfilled' : `${name}: rejected`)),
    );
    expect((await stored(stream.id)).map(({ text }) => text)).toEqual([
      'first',
      ...Object.keys(bad).map(() => 'good'),
    ]);
    expect(await stored(foreign.id)).toEqual([]);
  });

  it('stores text that the database could not: NUL and half a surrogate pair', async () => {
    const stream = await createTestStream(test.backend);
    const [event] = await test.backend.groupWriter.append({
      tenantId: stream.tenantId,
      streamId: stream.id,
      events: [said('a\0b\ud83dc'), said('fine')],
    });
    expect(event?.data).toEqual({ text: 'a\ufffdb\ufffdc' });
  });

  it('does not go on with a connection that broke, fails only what it held, and says that its outcome is unknown', async () => {
    const stream = await createTestStream(test.backend);
    const place = { tenantId: stream.tenantId, streamId: stream.id };
    let failures = 1;
    const database = failing(test.backend.database, () => failures-- > 0);
    await using writer = createGroupWriter({ database, hub: test.backend.hub });
    const say = async (text: string) => await writer.append({ ...place, events: [said(text)] });
    const results = await Promise.allSettled(['a', 'b', 'c'].map(say));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect((await stored(stream.id)).map(({ text }) => text)).toEqual(['b', 'c']);
  });

  it('cannot be waited for by itself: two streams in opposite order by transactions and by the writer', async () => {
    const streams = await Promise.all([createTestStream(test.backend), createTestStream(test.backend)]);
    const order = streams.toSorted((a, b) => (a.id < b.id ? 1 : -1));
    const scope = { ...test.backend, caller: { tenantId: streams[0].tenantId, userId: '' } };
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        await Promise.all([
          withTransaction(scope, async (tx) => {
            const appends = order.map(({ id }) => ({ streamId: id, events: [said('tx')] }));
            await append(tx, index % 2 === 0 ? appends : appends.toReversed());
          }),
          ...order.map(
            async ({ id, tenantId }) =>
              await test.backend.groupWriter.append({ tenantId, streamId: id, events: [said('group')] }),
          ),
        ]);
      }),
    );
    for (const { id } of streams) {
      expect((await stored(id)).map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    }
  });
});

/** The same database, with the raw statements sent through it. */
function countingQueries(database: Database): { database: Database; statements: string[] } {
  const statements: string[] = [];
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      if (node.kind === 'RawNode') statements.push(node.sqlFragments.join('?'));
      return node;
    },
    transformResult: async ({ result }) => await Promise.resolve(result),
  };
  const db = database.db.withPlugin(plugin);
  return {
    database: { ...database, db, writerDb: database.writerDb?.withPlugin(plugin) ?? null },
    statements,
  };
}

/** The same database, whose first connections for the log break when `isBroken` says so. */
function failing(database: Database, isBroken: () => boolean): Database {
  const broken = (): never => {
    throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
  };
  return {
    ...database,
    get db() {
      return database.writerDb === null && isBroken() ? broken() : database.db;
    },
    get writerDb() {
      return database.writerDb !== null && isBroken() ? broken() : database.writerDb;
    },
  };
}
