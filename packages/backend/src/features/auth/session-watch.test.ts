import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../db/database.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createInProcessBus } from '../../realtime/in-process-bus.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { bearerOn, newcomerOn, refusalOf } from './auth-testing.ts';
import { createSessionWatch } from './session-watch.ts';
import { verifyAccess } from './verify-access.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const log = pino({ level: 'silent' });
const within5s = { timeout: 5_000, interval: 20 };

/** A node of its own as far as revocation goes; `bus` says whom it hears. */
const watchOn = async (
  bus = createInProcessBus(),
  database: Database = test.backend.database,
  pollMs?: number,
) => await createSessionWatch({ database, bus, log, ...(pollMs !== undefined && { pollMs }) });

describe('the session watch', () => {
  it('refuses the access token of a session on its own node as soon as it has ended', async () => {
    const { call, tokens } = await newcomerOn(test.backend);
    await call.auth.logout();
    expect(await refusalOf(verifyAccess(test.backend, tokens.accessToken))).toMatchObject({
      code: 'SESSION_REVOKED',
    });
    expect(await refusalOf(call.auth.me())).toMatchObject({ code: 'SESSION_REVOKED' });
    const other = await newcomerOn(test.backend);
    expect((await bearerOn(test.backend, other.tokens)).ctx.caller.userId).toBe(other.ctx.caller.userId);
  });

  it('hears at once of what another node ended', async () => {
    const bus = createInProcessBus();
    await using here = await watchOn(bus);
    await using there = await watchOn(bus);
    const heard: string[] = [];
    using _listening = there.onRevoked((id) => heard.push(id));
    const ids = Array.from({ length: 2_500 }, () => randomUUID());
    here.announce(ids);
    expect(here.isRevoked(ids[0] ?? '')).toBe(true);
    await vi.waitFor(() => expect(heard).toEqual(ids), within5s);
    here.announce(ids);
    await Promise.resolve();
    expect(heard.length).toBe(ids.length);
  });

  it('finds out within five seconds when the hint is lost', async () => {
    await using deaf = await watchOn();
    const { call, ctx } = await newcomerOn(test.backend);
    const heard: string[] = [];
    using _listening = deaf.onRevoked((id) => heard.push(id));
    await call.auth.logout();
    expect(deaf.isRevoked(ctx.caller.sessionId)).toBe(false);
    await vi.waitFor(() => expect(deaf.isRevoked(ctx.caller.sessionId)).toBe(true), within5s);
    expect(heard).toContain(ctx.caller.sessionId);
  });

  it('knows at its start what ended before, for as long as access tokens live', async () => {
    const { call, ctx } = await newcomerOn(test.backend);
    await call.auth.logout();
    const old = await createTestCaller(test.backend);
    await withSystemTransaction(test.backend, async ({ db }) => {
      const revokedAt = new Date(Date.now() - 30 * 60_000);
      await db
        .updateTable('sessions')
        .set({ revokedAt })
        .where('id', '=', old.ctx.caller.sessionId)
        .execute();
    });
    await using fresh = await watchOn();
    expect(fresh.isRevoked(ctx.caller.sessionId)).toBe(true);
    expect(fresh.isRevoked(old.ctx.caller.sessionId)).toBe(false);
  });

  it('believes no hint that makes no sense', async () => {
    const bus = createInProcessBus();
    await using watch = await watchOn(bus);
    const heard: string[] = [];
    using _listening = watch.onRevoked((id) => heard.push(id));
    const good = randomUUID();
    for (const message of [
      '',
      '{',
      '{}',
      '["x"]',
      '[1]',
      JSON.stringify([randomUUID(), null]),
      `["${good}"]`,
    ]) {
      bus.publish('aura:sessions:ended', message);
    }
    await vi.waitFor(() => expect(heard).toEqual([good]), within5s);
  });

  it('keeps what it knows while the database is away, says so once, and catches up', async () => {
    const lines: { level: number; msg: string }[] = [];
    const spoken = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    let isAway = false;
    let refused = 0;
    const { backend } = test;
    const database: Database = {
      ...backend.database,
      get db() {
        if (!isAway) return backend.database.db;
        refused++;
        throw new Error('the database is away');
      },
    };
    await using watch = await createSessionWatch({
      database,
      bus: createInProcessBus(),
      log: spoken,
      pollMs: 20,
    });
    const before = randomUUID();
    watch.announce([before]);
    isAway = true;
    await vi.waitFor(() => expect(refused).toBeGreaterThan(3), within5s);
    expect(lines.map(({ level }) => level)).toEqual([40]);
    const { call, ctx } = await newcomerOn(backend);
    await call.auth.logout();
    expect(watch.isRevoked(before)).toBe(true);
    isAway = false;
    await vi.waitFor(() => expect(watch.isRevoked(ctx.caller.sessionId)).toBe(true), within5s);
    await vi.waitFor(() => expect(lines.map(({ level }) => level)).toEqual([40, 30]), within5s);
  });

  it('does not start when it cannot know what has ended', async () => {
    const database: Database = {
      ...test.backend.database,
      get db(): never {
        throw new Error('the database is away');
      },
    };
    await expect(watchOn(createInProcessBus(), database)).rejects.toThrow('the database is away');
  });
});
