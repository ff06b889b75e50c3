import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestStream, type TestStream } from '../testing/test-stream.ts';
import { followTestStream } from '../testing/follow-test-stream.ts';
import { createPageReader } from './page-reader.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const place = ({ id, tenantId }: TestStream) => ({ streamId: id, tenantId });

describe('PageReader', () => {
  it('reads a page once for all who want it at the same time', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(450);
    const pageReader = createPageReader(test.backend.database);
    const followers = Array.from({ length: 200 }, async () => {
      const signal = AbortSignal.timeout(20_000);
      const parts = { hub: test.backend.hub, pageReader };
      let seen = 0;
      for await (const { seq } of followTestStream(parts, { ...place(stream), after: 0, signal })) {
        expect(seq).toBe(++seen);
        if (seq === 450) break;
      }
      return seen;
    });
    expect(new Set(await Promise.all(followers))).toEqual(new Set([450]));
    expect(pageReader.queryCount).toBeLessThan(10);
  });

  it('gives nobody another tenant’s page', async () => {
    const stream = await createTestStream(test.backend);
    await stream.append(2);
    const pageReader = createPageReader(test.backend.database);
    const stranger = '00000000-0000-4000-8000-000000000000';
    const [own, others] = await Promise.all([
      pageReader.read({ ...place(stream), after: 0 }),
      pageReader.read({ ...place(stream), tenantId: stranger, after: 0 }),
    ]);
    expect([own.events.length, others.events.length]).toEqual([2, 0]);
  });
});
