import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append } from '../realtime/append.ts';
import type { CommittedBatch } from '../realtime/event.ts';
import { createTestBackend, type TestBackend } from '../testing/test-backend.ts';
import { createTestTenant } from '../testing/test-caller.ts';
import { createTestStream, type TestStream } from '../testing/test-stream.ts';
import { type Tx, withSnapshot, withSystemTransaction, withTransaction } from './transaction.ts';

let test: TestBackend;
let stream: TestStream;
beforeAll(async () => {
  test = await createTestBackend();
  stream = await createTestStream(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** A scope that keeps what it was told to announce, and whether it was committed by then. */
function listening(tenantId = stream.tenantId) {
  const announced: CommittedBatch[] = [];
  const hub = { publish: (batch: CommittedBatch): void => void announced.push(batch) };
  return { database: test.backend.database, hub, caller: { tenantId, userId: '' }, announced };
}
const say = async (tx: Tx, text: string, streamId = stream.id) =>
  await append(tx, [{ streamId, events: [{ type: 'test', data: { text } }] }]);
const failure = (code: string): Error => Object.assign(new Error(`made up ${code}`), { code });
async function texts(): Promise<unknown[]> {
  const { rows } = await sql<{ text: string }>`
    select data->>'text' as text from events where stream_id = ${stream.id} order by seq`.execute(
    test.backend.database.db,
  );
  return rows.map(({ text }) => text);
}

describe('withTransaction', () => {
  it('announces events after the commit and not before', async () => {
    const scope = listening();
    const stored = await withTransaction(scope, async (tx) => {
      const events = await say(tx, 'kept');
      expect(scope.announced).toEqual([]);
      return events;
    });
    expect(scope.announced).toEqual([{ streamId: stream.id, events: stored[0] }]);
    expect(await texts()).toEqual(['kept']);
  });

  it('announces nothing and keeps nothing when its work fails', async () => {
    const scope = listening();
    const before = await texts();
    await expect(
      withTransaction(scope, async (tx) => {
        await say(tx, 'lost');
        throw new Error('changed its mind');
      }),
    ).rejects.toThrow('changed its mind');
    expect(scope.announced).toEqual([]);
    expect(await texts()).toEqual(before);
  });

  it('announces nothing when the commit itself fails', async () => {
    const scope = listening();
    await sql`create table deferred (id int primary key deferrable initially deferred)`.execute(
      test.backend.database.db,
    );
    await sql`grant insert on deferred to aura_app`.execute(test.backend.database.db);
    const before = await texts();
    const work = withTransaction(scope, async (tx) => {
      await say(tx, 'lost');
      await sql`insert into deferred values (1), (1)`.execute(tx.db);
    });
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(scope.announced).toEqual([]);
    expect(await texts()).toEqual(before);
  });

  it.each(['40001', '40P01'])(
    'does the work again after %s, and announces only what was committed',
    async (code) => {
      const scope = listening();
      let rounds = 0;
      const before = await texts();
      await withTransaction(scope, async (tx) => {
        rounds += 1;
        await say(tx, `round ${rounds}`);
        if (rounds < 3) throw failure(code);
      });
      expect(await texts()).toEqual([...before, 'round 3']);
      expect(scope.announced.map(({ events }) => events.map(({ data }) => data.text))).toEqual([['round 3']]);
    },
  );

  it('gives up after four times, and at once for any other error', async () => {
    for (const [code, expected] of [
      ['40001', 4],
      ['23505', 1],
      ['57P01', 1],
    ] as const) {
      let rounds = 0;
      const work = withTransaction(listening(), async () => {
        rounds += 1;
        return await Promise.reject(failure(code));
      });
      await expect(work).rejects.toMatchObject({ code });
      expect(rounds).toBe(expected);
    }
  });

  it('cannot append to another tenant’s stream', async () => {
    const scope = listening(await createTestTenant(test.backend));
    const before = await texts();
    await expect(withTransaction(scope, async (tx) => await say(tx, 'forged'))).rejects.toThrow(
      'does not exist',
    );
    expect(await texts()).toEqual(before);
    expect(scope.announced).toEqual([]);
  });

  it('gives several appends of one transaction their places, in the order they were made', async () => {
    const [a, b] = [await createTestStream(test.backend), await createTestStream(test.backend)];
    const event = (text: string) => ({ type: 'test', data: { text } });
    const scope = listening();
    const stored = await withTransaction(
      scope,
      async (tx) =>
        await append(tx, [
          { streamId: b.id, events: [event('b1')] },
          { streamId: a.id, events: [event('a1'), event('a2')] },
          { streamId: b.id, events: [event('b2')] },
          { streamId: a.id, events: [] },
        ]),
    );
    expect(stored.map((events) => events.map(({ seq, data }) => [seq, data.text]))).toEqual([
      [[1, 'b1']],
      [
        [1, 'a1'],
        [2, 'a2'],
      ],
      [[2, 'b2']],
      [],
    ]);
    expect(scope.announced.map(({ streamId }) => streamId)).toEqual([b.id, a.id, b.id]);
  });
});

describe('withSystemTransaction', () => {
  it('sees all tenants, and may not rewrite what is only ever added', async () => {
    const other = await createTestTenant(test.backend);
    await withSystemTransaction(test.backend, async ({ db }) => {
      const tenants = await db.selectFrom('tenants').select('id').execute();
      expect(tenants.map(({ id }) => id)).toEqual(expect.arrayContaining([other, stream.tenantId]));
    });
    for (const statement of [
      'update events set type = type',
      'update steps set kind = kind',
      'delete from audit_log',
    ]) {
      const change = withSystemTransaction(
        test.backend,
        async ({ db }) => await sql.raw(statement).execute(db),
      );
      await expect(change, statement).rejects.toThrow('permission denied');
    }
  });
});

describe('withSnapshot', () => {
  it('sees one moment, whatever is committed meanwhile', async () => {
    if (test.backend.database.kind === 'pglite') return; // Its single session has nobody to commit meanwhile.
    const head = async (db: Tx['db']): Promise<unknown> =>
      await db.selectFrom('streams').select('head').where('id', '=', stream.id).executeTakeFirst();
    await withSnapshot(listening(), async (db) => {
      const before = await head(db);
      await stream.append(3);
      expect(await head(db)).toEqual(before);
    });
  });
});
