import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { databaseTrouble } from '../db/database-errors.ts';
import { withTransaction } from '../db/transaction.ts';
import { collectEvents, untilDone } from '../testing/conversations.ts';
import { startPostgres } from '../testing/services/postgres.ts';
import { startRedis } from '../testing/services/redis.ts';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { callerOn, createTestCaller } from '../testing/test-caller.ts';
import { createTestStream, type TestStream } from '../testing/test-stream.ts';
import { append } from './append.ts';
import { followTestStream } from '../testing/follow-test-stream.ts';

/** How soon everything must work again by itself. */
const RECOVERY_MS = 5_000;

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

interface Load {
  acknowledged: Set<unknown>;
  failed: Set<unknown>;
  /** When each writer was last answered. */
  answeredAt: number[];
  stop: AbortController;
}

/** Writes one text after the other, each once, half of them in transactions; a failure must be the database's. */
async function write(
  { backend }: TestBackend,
  stream: TestStream,
  load: Load,
  writer: number,
): Promise<void> {
  const { id: streamId, tenantId } = stream;
  const scope = { ...backend, caller: { tenantId, userId: '' } };
  for (let round = 0; !load.stop.signal.aborted; round++) {
    const text = `${writer}/${round}`;
    const events = [{ type: 'test', data: { text } }];
    try {
      if (writer % 2 === 0) await backend.groupWriter.append({ tenantId, streamId, events });
      else await withTransaction(scope, async (tx) => await append(tx, [{ streamId, events }]));
      load.acknowledged.add(text);
      load.answeredAt[writer] = performance.now();
    } catch (err) {
      expect(databaseTrouble(err)).not.toBeNull();
      load.failed.add(text);
      await sleep(20);
    }
  }
}

describe('a crash of PostgreSQL under load', () => {
  it('loses nothing that was acknowledged, doubles nothing, cuts no feed and is over within five seconds', async () => {
    await using postgres = await startPostgres();
    await using test = await createTestBackend({
      config: { database: { kind: 'postgres', url: postgres.url } },
    });
    const stream = await createTestStream(test.backend);
    const load: Load = {
      acknowledged: new Set(),
      failed: new Set(),
      answeredAt: Array.from({ length: 6 }, () => 0),
      stop: new AbortController(),
    };
    const reading = new AbortController();
    const read: unknown[] = [];
    const reader = (async () => {
      const request = { tenantId: stream.tenantId, streamId: stream.id, after: 0, signal: reading.signal };
      for await (const { data } of followTestStream(test.backend, request)) read.push(data.text);
    })();
    const writers = load.answeredAt.map(async (_, writer) => await write(test, stream, load, writer));
    for (let crash = 0; crash < 2; crash++) {
      await expect.poll(() => load.answeredAt.every((at) => at > 0)).toBe(true);
      await postgres.restart('immediate');
      const restartedAt = performance.now();
      const areBack = (): boolean => load.answeredAt.every((at) => at > restartedAt);
      await expect.poll(areBack, { timeout: RECOVERY_MS, interval: 20 }).toBe(true);
    }
    load.stop.abort();
    await Promise.all(writers);
    const stored = await test.backend.database.db
      .selectFrom('events')
      .select(['seq', 'data'])
      .where('streamId', '=', stream.id)
      .orderBy('seq')
      .execute();
    const texts: unknown[] = stored.map(({ data }) => data.text);
    expect(stored.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1));
    expect(new Set(texts).size).toBe(texts.length);
    expect([...load.acknowledged].filter((text) => !texts.includes(text))).toEqual([]);
    // What failed may be there or not, as it was told; nothing else may.
    expect(texts.filter((text) => !load.acknowledged.has(text) && !load.failed.has(text))).toEqual([]);
    expect(load.failed.size).toBeGreaterThan(0);
    await expect.poll(() => read.length, { timeout: RECOVERY_MS }).toBe(texts.length);
    expect(read).toEqual(texts);
    reading.abort();
    await reader;
  });
});

describe('Redis that answers nothing', () => {
  it('delays no sender, and readers on other nodes have everything within five seconds', async () => {
    await using redis = await startRedis();
    await using test = await createTestBackend({ config: { redisUrl: redis.url } });
    const node = await test.addNode();
    const here = await createTestCaller(test.backend);
    const there = callerOn(node, here.ctx.caller);
    const { conversation } = await here.call.conversation.create({ clientId: randomUUID() });
    const send = async (text: string): Promise<string> => {
      const message = { conversationId: conversation.id, clientId: randomUUID(), text };
      return (await here.call.conversation.send(message)).runId;
    };
    await untilDone(there, conversation.id, await send('#say before'));
    const { cursor } = await there.call.conversation.get({ conversationId: conversation.id });
    // This reader listens before the pause and waits for news.
    const waiting = collectEvents(there, conversation.id, {
      lastEventId: cursor,
      until: (event) => event.type === 'done',
    });
    await redis.pause();
    try {
      let runId = '';
      const sentAt = performance.now();
      expect(
        await milliseconds(async () => {
          runId = await send('#say meanwhile');
        }),
      ).toBeLessThan(1_000);
      const { events } = await waiting;
      expect(performance.now() - sentAt).toBeLessThan(RECOVERY_MS + 1_000);
      expect(events.at(-1)).toMatchObject({ type: 'done', runId });
      // And one that comes while Redis is away waits for it no longer than a moment.
      expect(await milliseconds(async () => await untilDone(there, conversation.id, runId))).toBeLessThan(
        1_000,
      );
    } finally {
      await redis.resume();
    }
    await untilDone(there, conversation.id, await send('#say after'));
  });
});
