import { MEMORY_LIMITS } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { expire, fill } from './memory-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const USER = { scope: 'user' } as const;
const TENANT = { scope: 'tenant' } as const;
const conflict = { code: 'CONFLICT' };

const statuses = (results: readonly PromiseSettledResult<unknown>[]): string[] =>
  results.map(({ status }) => status).toSorted();

describe('ifVersion', () => {
  it('lets one of those win who change the same version, and tells the others', async () => {
    const { call } = await createTestCaller(test.backend);
    const at = { ...USER, key: 'counter' };
    let { version } = await call.memory.set({ ...at, value: 0 });
    for (let round = 1; round <= 5; round++) {
      const ifVersion = version;
      const results = await Promise.allSettled(
        [1, 2, 3, 4].map(async (n) => await call.memory.set({ ...at, value: n, ifVersion })),
      );
      expect(statuses(results)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
      const winner = results.find((result) => result.status === 'fulfilled')?.value;
      expect(await call.memory.get(at)).toEqual({ entry: winner });
      version = winner?.version ?? '';
    }
  });

  it('counts without losing one when losers read again', async () => {
    const { call } = await createTestCaller(test.backend);
    const at = { ...USER, key: 'counter' };
    const increment = async (): Promise<void> => {
      for (let attempt = 1; attempt <= 50; attempt++) {
        const { entry } = await call.memory.get(at);
        const value = Number(entry?.value ?? 0) + 1;
        const ifVersion = entry?.version ?? null;
        const isSet = await call.memory.set({ ...at, value, ifVersion }).then(
          () => true,
          () => false,
        );
        if (isSet) return;
      }
      throw new Error('never won');
    };
    await Promise.all(Array.from({ length: 8 }, increment));
    expect((await call.memory.get(at)).entry?.value).toBe(8);
  });

  it('null adds once, whoever else adds, also where one has expired', async () => {
    const caller = await createTestCaller(test.backend);
    const at = { ...USER, key: 'lock', ifVersion: null };
    const add = async (value: number): Promise<unknown> => await caller.call.memory.set({ ...at, value });
    expect(statuses(await Promise.allSettled([1, 2, 3].map(add)))).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    await expect(add(4)).rejects.toMatchObject(conflict);
    await expire(caller, 'lock');
    expect(statuses(await Promise.allSettled([5, 6, 7].map(add)))).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });

  it('never takes a new entry for one that was deleted before', async () => {
    const { call } = await createTestCaller(test.backend);
    const at = { ...USER, key: 'again' };
    const { version: ifVersion } = await call.memory.set({ ...at, value: 1 });
    await call.memory.delete({ ...at, ifVersion });
    await expect(call.memory.set({ ...at, value: 2, ifVersion })).rejects.toMatchObject(conflict);
    await call.memory.set({ ...at, value: 1 });
    await expect(call.memory.set({ ...at, value: 2, ifVersion })).rejects.toMatchObject(conflict);
    await expect(call.memory.delete({ ...at, ifVersion })).rejects.toMatchObject(conflict);
    expect((await call.memory.get(at)).entry?.value).toBe(1);
  });

  it('left out, every set and delete succeeds whatever they race with', async () => {
    const { call } = await createTestCaller(test.backend);
    const at = { ...USER, key: 'free' };
    for (let round = 1; round <= 10; round++) {
      const results = await Promise.allSettled([
        call.memory.set({ ...at, value: 1 }),
        call.memory.delete(at),
        call.memory.set({ ...at, value: 2, ttlSeconds: 60 }),
        call.memory.delete(at),
        call.memory.set({ ...at, value: 3 }),
      ]);
      expect(new Set(statuses(results))).toEqual(new Set(['fulfilled']));
    }
  });
});

describe('the limit on entries', () => {
  it.each([
    ['a user', USER, MEMORY_LIMITS.userEntries],
    ['a tenant', TENANT, MEMORY_LIMITS.tenantEntries],
  ])('of %s holds when several are added at once, and says what to do', async (_, where, limit) => {
    const tenantId = await createTestTenant(test.backend);
    const caller = await createTestCaller(test.backend, { role: 'admin', tenantId });
    const { call } = caller;
    const ownerId = where.scope === 'user' ? caller.ctx.caller.userId : tenantId;
    await fill(caller, { ownerId, count: limit - 1 });
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map(async (n) => await call.memory.set({ ...where, key: `new ${n}`, value: n })),
    );
    expect(statuses(results)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    const refused = call.memory.set({ ...where, key: 'one more', value: 1 });
    await expect(refused).rejects.toThrow(
      /Delete some \(memory\.list, memory\.delete\) or give them a ttlSeconds/,
    );
    await expect(refused).rejects.toMatchObject(conflict);
    await call.memory.set({ ...where, key: 'n 7', value: 'replaced' });
    await call.memory.delete({ ...where, key: 'n 8' });
    await call.memory.set({ ...where, key: 'one more', value: 1 });
  });

  it('counts what agents keep for the user, and nothing that has expired', async () => {
    const caller: TestCaller = await createTestCaller(test.backend);
    const { call, ctx } = caller;
    await fill(caller, { ownerId: ctx.caller.userId, count: MEMORY_LIMITS.userEntries - 1 });
    const note = { scope: 'agent', agent: 'planner', key: 'n 1' } as const;
    await call.memory.set({ ...note, value: 'note', ttlSeconds: 60 });
    await expect(call.memory.set({ ...USER, key: 'one more', value: 1 })).rejects.toMatchObject(conflict);
    await expect(call.memory.set({ ...note, agent: 'writer', value: 1 })).rejects.toMatchObject(conflict);
    await expire(caller, 'n 2');
    await call.memory.set({ ...USER, key: 'one more', value: 1 });
    await expect(call.memory.set({ ...USER, key: 'n 2', value: 1 })).rejects.toMatchObject(conflict);
  });
});
