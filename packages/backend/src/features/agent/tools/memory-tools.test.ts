import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../../testing/test-caller.ts';
import { ToolInputError } from '../tool.ts';
import { recall } from './recall.ts';
import { remember } from './remember.ts';
import { callTool } from './tool-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const rememberAs = async (caller: TestCaller, key: string, value: string): Promise<unknown> =>
  (await callTool(caller, remember, { args: { key, value } })).result;
const recallAs = async (caller: TestCaller, key?: string): Promise<unknown> =>
  (await callTool(caller, recall, { args: key === undefined ? {} : { key } })).result;

describe('remember and recall', () => {
  it.each([
    ['nothing', {}],
    ['no key', { key: '', value: 'x' }],
    ['no value', { key: 'a', value: ' ' }],
    ['too long a value', { key: 'a', value: 'x'.repeat(2_001) }],
    ['a time to live of nothing', { key: 'a', value: 'x', ttlSeconds: 0 }],
  ])('say what is wrong with %s', async (_, args) => {
    await expect(callTool(user, remember, { args })).rejects.toThrow(ToolInputError);
  });

  it('keep a fact for this user in this tenant alone', async () => {
    const other = await createTestCaller(test.backend);
    const stranger = await createTestCaller(test.backend, { tenantId: await createTestTenant(test.backend) });
    await rememberAs(user, 'Color', 'blue');
    await rememberAs(other, 'color', 'red');
    await rememberAs(stranger, 'color', 'green');
    expect(await recallAs(user, 'COLOR ')).toEqual({ facts: [{ key: 'color', value: 'blue' }] });
    expect(await recallAs(other)).toEqual({ facts: [{ key: 'color', value: 'red' }] });
    expect(await recallAs(stranger)).toEqual({ facts: [{ key: 'color', value: 'green' }] });
  });

  it('replace a fact under the same key, also when both are said at once', async () => {
    const caller = await createTestCaller(test.backend);
    await Promise.all(
      Array.from({ length: 5 }, async (_, index) => await rememberAs(caller, 'name', `${index}`)),
    );
    await rememberAs(caller, 'name', 'Mina');
    expect(await recallAs(caller)).toEqual({ facts: [{ key: 'name', value: 'Mina' }] });
  });

  it('give the newest facts first when no key is named, and none for a key that is not there', async () => {
    const caller = await createTestCaller(test.backend);
    for (const key of ['a', 'b', 'c']) await rememberAs(caller, key, key);
    expect(await recallAs(caller, '')).toMatchObject({ facts: [{ key: 'c' }, { key: 'b' }, { key: 'a' }] });
    expect(await recallAs(caller, 'd')).toEqual({ facts: [] });
  });

  it('forget a fact whose time is over, and keep one that is remembered again without a time', async () => {
    const caller = await createTestCaller(test.backend);
    for (const key of ['short', 'long']) {
      await callTool(caller, remember, { args: { key, value: 'x', ttlSeconds: 60 } });
    }
    await rememberAs(caller, 'long', 'y');
    await sql`update memories set expires_at = clock_timestamp() where expires_at is not null`.execute(
      test.backend.database.db,
    );
    expect(await recallAs(caller)).toEqual({ facts: [{ key: 'long', value: 'y' }] });
    expect(await recallAs(caller, 'short')).toEqual({ facts: [] });
  });

  it('leave the last word to the user, who sees and changes facts as entries of their memory', async () => {
    const caller = await createTestCaller(test.backend);
    await rememberAs(caller, 'Diet', 'vegan');
    const at = { scope: 'user', key: 'fact:diet' } as const;
    expect(await caller.call.memory.get(at)).toMatchObject({ entry: { value: 'vegan' } });
    await caller.call.memory.set({ ...at, value: ['vegan', 'no nuts'] });
    await caller.call.memory.set({ scope: 'user', key: 'diet', value: 'a program’s own' });
    expect(await recallAs(caller)).toEqual({ facts: [{ key: 'diet', value: ['vegan', 'no nuts'] }] });
    await caller.call.memory.delete(at);
    expect(await recallAs(caller)).toEqual({ facts: [] });
  });

  it('take characters that the database cannot store', async () => {
    const caller = await createTestCaller(test.backend);
    await rememberAs(caller, 'a\0b', 'c\0d\ud800');
    const facts = [{ key: 'a\uFFFDb', value: 'c\uFFFDd\uFFFD' }];
    expect(await recallAs(caller, 'a\0b')).toEqual({ facts });
  });

  it('refuse the fact after the last there is room for, but let those that are there be replaced', async () => {
    const caller = await createTestCaller(test.backend);
    const { tenantId, userId } = caller.ctx.caller;
    await withTransaction(caller.ctx, async ({ db }) => {
      await sql`insert into memories (tenant_id, owner_id, agent, key, value, version, created_at, updated_at)
        select ${tenantId}, ${userId}, '', 'fact:key ' || n, '"x"', gen_random_uuid(), now(), now()
        from generate_series(1, 500) n`.execute(db);
    });
    await expect(rememberAs(caller, 'one more', 'x')).rejects.toThrow(/500 facts/);
    await rememberAs(caller, 'key 7', 'seven');
    expect(await recallAs(caller, 'key 7')).toEqual({ facts: [{ key: 'key 7', value: 'seven' }] });
  });
});
