import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followTestStream } from '../testing/follow-test-stream.ts';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { range } from '../testing/test-feed.ts';
import { createTestStream, type TestStream } from '../testing/test-stream.ts';
import { createPageReader, type PageReader } from './page-reader.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const place = ({ id, tenantId }: TestStream) => ({ streamId: id, tenantId });

/** Reads on from `after` up to `last`, and leaves. */
async function follow(
  pageReader: PageReader,
  stream: TestStream,
  { after, last }: { after: number; last: number },
): Promise<number[]> {
  const parts = { hub: test.backend.hub, pageReader };
  const seqs: number[] = [];
  const signal = AbortSignal.timeout(20_000);
  for await (const { seq } of followTestStream(parts, { ...place(stream), after, signal })) {
    seqs.push(seq);
    if (seq === last) break;
  }
  return seqs;
}

describe('PageReader', () => {
  it('costs a query a page when 500 readers come back at once, each from another place', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(650);
    const pageReader = createPageReader(test.backend.database);
    const readers = range(1, 500).map(async (after) => {
      expect(await follow(pageReader, stream, { after, last: 650 })).toEqual(range(after + 1, 650));
    });
    await Promise.all(readers);
    // Readers at 600 of 650 may ask again for the page that was not full while nobody was reading it.
    expect(pageReader.queryCount).toBeLessThanOrEqual(6);
  });

  it('needs no query for readers that come while somebody is there who has read to the end', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(30);
    const pageReader = createPageReader(test.backend.database);
    using _others = test.backend.hub.watch(stream.id);
    await follow(pageReader, stream, { after: 10, last: 30 });
    expect(pageReader.queryCount).toBe(1);
    for (const after of [0, 5, 29]) {
      expect(await follow(pageReader, stream, { after, last: 30 })).toEqual(range(after + 1, 30));
    }
    const next = follow(pageReader, stream, { after: 30, last: 31 });
    await stream.append(1);
    expect(await next).toEqual([31]);
    expect(pageReader.queryCount).toBe(1);
  });

  it('gives the rest of a pruned page, and fails instead of leaving out what was pruned', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(450);
    const { db } = test.backend.database;
    await sql`delete from events where stream_id = ${stream.id} and seq between 120 and 230 and seq <> 150`.execute(
      db,
    );
    const pageReader = createPageReader(test.backend.database);
    expect(await follow(pageReader, stream, { after: 230, last: 450 })).toEqual(range(231, 450));
    for (const after of [0, 119, 149, 150, 199, 200, 229]) {
      await expect(follow(pageReader, stream, { after, last: 450 })).rejects.toThrow('has a hole between');
    }
  });

  it('reads anew what was rewritten, for whoever comes once that is known', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(250);
    const { hub, groupWriter, database, pageReader } = test.backend;
    using _others = hub.watch(stream.id);
    await follow(pageReader, stream, { after: 0, last: 250 });
    await sql`update events set data = '{"isGone":true}' where stream_id = ${stream.id} and seq = 5`.execute(
      database.db,
    );
    const { id: streamId, tenantId } = stream;
    await groupWriter.append({ tenantId, streamId, events: [{ type: 'message_deleted', data: {} }] });
    const found: unknown[] = [];
    const signal = AbortSignal.timeout(20_000);
    for await (const { seq, data } of followTestStream(test.backend, {
      ...place(stream),
      after: 0,
      signal,
    })) {
      if (seq === 5) found.push(data);
      if (seq === 251) break;
    }
    expect(found).toEqual([{ isGone: true }]);
  });

  it('gives nobody another tenant’s page', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(200);
    const pageReader = createPageReader(test.backend.database);
    const stranger = '00000000-0000-4000-8000-000000000000';
    const read = async (tenantId: string): Promise<number> =>
      (await pageReader.read({ ...place(stream), tenantId, after: 0, version: '1' })).events.length;
    expect(await Promise.all([read(stream.tenantId), read(stranger)])).toEqual([200, 0]);
    expect([await read(stream.tenantId), await read(stranger)]).toEqual([200, 0]);
    expect(pageReader.queryCount).toBe(3);
  });
});
