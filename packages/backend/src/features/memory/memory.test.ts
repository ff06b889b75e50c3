import { randomUUID } from 'node:crypto';
import type { Json, MemoryScope } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { visitorOn } from '../auth/auth-testing.ts';
import { expire } from './memory-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

const USER = { scope: 'user' } as const;
const TENANT = { scope: 'tenant' } as const;
const PLANNER = { scope: 'agent', agent: 'planner' } as const;

/** What every way of reading says of a key. */
async function look({ call }: TestCaller, key: string, where: MemoryScope = USER): Promise<unknown> {
  const { entry } = await call.memory.get({ ...where, key });
  const { exists } = await call.memory.exists({ ...where, key });
  const { entries } = await call.memory.list({ ...where, prefix: key });
  expect(entries).toEqual(entry === null ? [] : [entry]);
  expect(exists).toBe(entry !== null);
  return entry === null ? undefined : entry.value;
}

describe('memory', () => {
  it('refuses who is not signed in, and lets guests only read', async () => {
    const { call: visitor } = visitorOn(test.backend);
    const at = { ...USER, key: 'k' };
    const calls = [
      async () => await visitor.memory.get(at),
      async () => await visitor.memory.exists(at),
      async () => await visitor.memory.list(USER),
      async () => await visitor.memory.set({ ...at, value: 1 }),
      async () => await visitor.memory.delete(at),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    await expect(guest.call.memory.set({ ...at, value: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(guest.call.memory.delete(at)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await look(guest, 'k')).toBeUndefined();
  });

  it.each([
    ['no key', { key: '' }],
    ['a key that is too long', { key: 'k'.repeat(201) }],
    ['a time to live of nothing', { ttlSeconds: 0 }],
    ['a time to live without end', { ttlSeconds: 315_360_001 }],
    ['half a second', { ttlSeconds: 0.5 }],
    ['a version that is none', { ifVersion: '1' }],
  ])('refuses %s', async (_, wrong) => {
    const input = { ...USER, key: 'k', value: 1, ...wrong };
    await expect(user.call.memory.set(input)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('takes a value of 64 KB as JSON, and says what to do with one that is a byte longer', async () => {
    const set = async (value: Json): Promise<unknown> =>
      await user.call.memory.set({ ...USER, key: 'big', value });
    await set(`${'가'.repeat(21_844)}ab`);
    await expect(set(`${'가'.repeat(21_844)}abc`)).rejects.toThrow(/65536 bytes.*split it over keys/);
    expect(await look(user, 'big')).toHaveLength(21_846);
  });

  it.each<{ value: Json }>([
    { value: null },
    { value: false },
    { value: 0 },
    { value: -1.5e300 },
    { value: '' },
    { value: 'null' },
    { value: '"a"' },
    { value: [] },
    { value: {} },
    { value: [[null], { snake_case: { camelCase: [1] }, 'a.b': 'c', '': '' }] },
    { value: '사과 🍎' },
  ])('gives back what was set: %j', async ({ value }) => {
    const key = randomUUID();
    const set = await user.call.memory.set({ ...USER, key, value });
    expect(set).toMatchObject({ key, value, expiresAt: null, createdAt: set.updatedAt });
    expect(await look(user, key)).toEqual(value);
    expect(await user.call.memory.get({ ...USER, key })).toEqual({ entry: set });
  });

  it('keeps characters that the database cannot store as U+FFFD', async () => {
    const set = await user.call.memory.set({ ...USER, key: 'a\0b', value: { 'c\0': '\ud800' } });
    expect(set).toMatchObject({ key: 'a\uFFFDb', value: { 'c\uFFFD': '\uFFFD' } });
    expect(await user.call.memory.get({ ...USER, key: 'a\0b' })).toEqual({ entry: set });
    expect(await user.call.memory.delete({ ...USER, key: 'a\0b' })).toEqual({ isDeleted: true });
  });

  it('replaces value and time to live together, and deletes once', async () => {
    const at = { ...USER, key: 'replaced' };
    const first = await user.call.memory.set({ ...at, value: 1, ttlSeconds: 60 });
    const second = await user.call.memory.set({ ...at, value: { two: 2 } });
    expect(second).toMatchObject({ value: { two: 2 }, expiresAt: null, createdAt: first.createdAt });
    expect(second.version).not.toBe(first.version);
    expect(second.updatedAt >= first.updatedAt).toBe(true);
    expect(await user.call.memory.delete(at)).toEqual({ isDeleted: true });
    expect(await look(user, at.key)).toBeUndefined();
    expect(await user.call.memory.delete(at)).toEqual({ isDeleted: false });
  });

  it('keeps the same key apart in every scope, and an agent’s from another agent’s', async () => {
    const admin = await createTestCaller(test.backend, { role: 'admin' });
    const scopes: MemoryScope[] = [USER, TENANT, PLANNER, { scope: 'agent', agent: 'writer' }];
    for (const where of scopes) {
      await admin.call.memory.set({ ...where, key: 'apart', value: JSON.stringify(where) });
    }
    for (const where of scopes) expect(await look(admin, 'apart', where)).toBe(JSON.stringify(where));
    await admin.call.memory.delete({ ...PLANNER, key: 'apart' });
    expect(await look(admin, 'apart', PLANNER)).toBeUndefined();
    expect(await look(admin, 'apart')).toBe('{"scope":"user"}');
  });

  it.each([
    ['user', USER],
    ['agent', PLANNER],
  ])('of the scope %s is for others exactly as if it were not there', async (_, where) => {
    const at = { ...where, key: 'hidden' };
    const mine = await user.call.memory.set({ ...at, value: 'mine' });
    const strangers = [
      await createTestCaller(test.backend),
      await createTestCaller(test.backend, { role: 'admin' }),
      await createTestCaller(test.backend, { tenantId: await createTestTenant(test.backend) }),
    ];
    const missing = { ...where, key: 'missing' };
    const { version } = mine;
    for (const { call } of strangers) {
      expect(await call.memory.get(at)).toEqual(await call.memory.get(missing));
      expect(await call.memory.exists(at)).toEqual(await call.memory.exists(missing));
      expect(await call.memory.list(where)).toEqual({ entries: [], nextPage: null });
      expect(await call.memory.delete(at)).toEqual(await call.memory.delete(missing));
      const answers = [at, missing].map(
        async (key) => await call.memory.set({ ...key, value: 1, ifVersion: version }).catch(String),
      );
      expect(await answers[0]).toMatch(/not at that version/);
      expect(await answers[0]).toBe(await answers[1]);
    }
    expect(await user.call.memory.get(at)).toEqual({ entry: mine });
  });

  it('of the tenant is written by its admins, read by all of it, and of no other tenant', async () => {
    const admin = await createTestCaller(test.backend, { role: 'admin' });
    const guest = await createTestCaller(test.backend, { role: 'guest' });
    const at = { ...TENANT, key: 'house style' };
    await expect(user.call.memory.set({ ...at, value: 'mine' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await admin.call.memory.set({ ...at, value: 'brief' });
    await expect(user.call.memory.delete(at)).rejects.toThrow(/Only admins/);
    const elsewhere = await createTestCaller(test.backend, {
      role: 'admin',
      tenantId: await createTestTenant(test.backend),
    });
    for (const reader of [user, guest, admin]) expect(await look(reader, at.key, TENANT)).toBe('brief');
    expect(await look(elsewhere, at.key, TENANT)).toBeUndefined();
    expect(await elsewhere.call.memory.delete(at)).toEqual({ isDeleted: false });
    await elsewhere.call.memory.set({ ...at, value: 'verbose' });
    expect(await look(user, at.key, TENANT)).toBe('brief');
  });
});

describe('a time to live', () => {
  it('ends by the database’s clock', async () => {
    const at = { ...USER, key: 'short' };
    const { updatedAt, expiresAt } = await user.call.memory.set({ ...at, value: 1, ttlSeconds: 1 });
    expect(Date.parse(expiresAt ?? '') - Date.parse(updatedAt)).toBeGreaterThanOrEqual(999);
    expect(await look(user, at.key)).toBe(1);
    await expect.poll(async () => await look(user, at.key)).toBeUndefined();
  });

  it('that has ended leaves nothing to be read, changed or deleted, swept or not', async () => {
    const at = { ...USER, key: 'gone' };
    const old = await user.call.memory.set({ ...at, value: 'old', ttlSeconds: 60 });
    await expire(user, at.key);
    expect(await look(user, at.key)).toBeUndefined();
    expect(await user.call.memory.delete(at)).toEqual({ isDeleted: false });
    const { version: ifVersion } = old;
    for (const call of [
      async () => await user.call.memory.set({ ...at, value: 'new', ifVersion }),
      async () => await user.call.memory.delete({ ...at, ifVersion }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    const anew = await user.call.memory.set({ ...at, value: 'new', ifVersion: null });
    expect(anew).toMatchObject({ value: 'new', expiresAt: null, createdAt: anew.updatedAt });
    expect(anew.version).not.toBe(ifVersion);
    expect(await look(user, at.key)).toBe('new');
  });
});
