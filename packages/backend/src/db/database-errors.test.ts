import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../app-error.ts';
import { createTestBackend } from '../testing/test-backend.ts';
import { callerOn, createTestCaller } from '../testing/test-caller.ts';
import { TRPCError } from '@trpc/server';
import { errorData, publicMessage } from '../trpc/errors.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import { databaseTrouble } from './database-errors.ts';

const withCode = (code: string, message = 'from the database'): Error =>
  Object.assign(new Error(message), { code });

describe('databaseTrouble', () => {
  it.each([
    ['57014', 'TIMEOUT', 'canceling statement due to statement timeout'],
    ['55P03', 'TIMEOUT', 'canceling statement due to lock timeout'],
    ['25P03', 'TIMEOUT', 'terminating connection due to idle-in-transaction timeout'],
    ['', 'TIMEOUT', 'Query read timeout'],
    ['', 'TIMEOUT', 'timeout exceeded when trying to connect'],
    ['57P01', 'UNAVAILABLE', 'terminating connection due to administrator command'],
    ['57P02', 'UNAVAILABLE', 'terminating connection because of crash of another server process'],
    ['57P03', 'UNAVAILABLE', 'the database system is starting up'],
    ['53300', 'UNAVAILABLE', 'sorry, too many clients already'],
    ['53100', 'UNAVAILABLE', 'could not extend file: No space left on device'],
    ['40001', 'UNAVAILABLE', 'could not serialize access due to concurrent update'],
    ['40P01', 'UNAVAILABLE', 'deadlock detected'],
    ['08006', 'UNAVAILABLE', 'connection failure'],
    ['ECONNREFUSED', 'UNAVAILABLE', ''],
    ['ECONNRESET', 'UNAVAILABLE', 'read ECONNRESET'],
    ['', 'UNAVAILABLE', 'Connection terminated unexpectedly'],
    ['', 'UNAVAILABLE', 'Connection terminated due to connection timeout'],
    ['', 'UNAVAILABLE', 'Client has encountered a connection error and is not queryable'],
    ['', 'UNAVAILABLE', 'Cannot use a pool after calling end on the pool'],
    ['', 'UNAVAILABLE', 'driver has already been destroyed'],
    ['', 'UNAVAILABLE', 'PGlite is closed'],
    ['', 'UNAVAILABLE', 'PGlite instance is already closed.'],
    ['3D000', 'UNAVAILABLE', 'database "aura" does not exist'],
    ['28P01', 'UNAVAILABLE', 'password authentication failed for user "aura"'],
  ])('tells callers to try again for %s (%s): %s', (code, expected, message) => {
    const trouble = databaseTrouble(withCode(code, message));
    expect(trouble).toMatchObject({ code: expected, extras: { retryAfterMs: 1_000 } });
    expect(trouble?.message).toContain('same clientId is safe');
  });

  it('claims nothing for what is no fault of the database’s: a bug, a refusal, a timeout of something else', () => {
    for (const err of [
      withCode('23505'),
      withCode('42501'),
      withCode('22P02'),
      new Error('the model had a timeout'),
      new Error('Connection to the model refused'),
      new AppError('CONFLICT', { message: 'no' }),
      'a string',
      null,
      undefined,
    ]) {
      expect(databaseTrouble(err)).toBeNull();
    }
  });

  it('reaches the client of a subscription, which throws past every middleware', () => {
    const cause = withCode('57P01', 'terminating connection');
    const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause });
    expect(errorData(error, 'r')).toEqual({ code: 'UNAVAILABLE', requestId: 'r', retryAfterMs: 1_000 });
    expect(publicMessage(error)).toMatch(/not known whether/);
  });

  it('tells a caller neither that a call took effect nor that it did not', async () => {
    await using test = await createTestBackend();
    const user = await createTestCaller(test.backend);
    const gone = await openTestDatabase();
    await gone.db.selectFrom('tenants').select('id').execute();
    await gone[Symbol.asyncDispose]();
    const { call } = callerOn({ ...test.backend, database: gone }, user.ctx.caller);
    await expect(call.conversation.create({ clientId: randomUUID() })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringMatching(/not known whether/),
    });
  });
});
