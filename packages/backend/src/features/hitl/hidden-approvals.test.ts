import { randomUUID } from 'node:crypto';
import { getTRPCErrorFromUnknown } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { errorData, publicMessage } from '../../trpc/errors.ts';
import { ask } from '../agent/agent-testing.ts';
import { createWorkshop, refusalOf, seen, untilAskedOnce } from './hitl-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend({ overrides: { tools: createWorkshop().tools } });
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** All a client sees of the answer. */
const answerOf = async (attempt: Promise<unknown>): Promise<string> =>
  await attempt.then(
    (value) => JSON.stringify(value),
    (cause: unknown) => {
      const err = getTRPCErrorFromUnknown(cause);
      return JSON.stringify([err.code, publicMessage(err), errorData(err, null)]);
    },
  );

type Call = (call: TestCaller['call'], of: { approvalId: string; argsHash: string }) => Promise<unknown>;
const procedures: [string, Call][] = [
  ['get', async (call, { approvalId }) => await call.hitl.get({ approvalId })],
  ['approve', async (call, of) => await call.hitl.approve(of)],
  ['reject', async (call, of) => await call.hitl.reject(of)],
  ['respond', async (call, of) => await call.hitl.respond({ ...of, answer: 'x' })],
  [
    'delegate',
    async (call, { approvalId }) =>
      await call.hitl.delegate({ approvalId, approvers: { kind: 'role', role: 'admin' } }),
  ],
];

describe.each(procedures)('hitl.%s', (_, call) => {
  it('wants a session that has not ended', async () => {
    const expired = callerOn(test.backend, { ...user.ctx.caller, expiresAt: new Date(0) });
    const of = { approvalId: randomUUID(), argsHash: 'a'.repeat(64) };
    expect(await refusalOf(call(expired.call, of))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('refuses what is no id or no hash', async () => {
    for (const of of [
      { approvalId: 'one', argsHash: 'a'.repeat(64) },
      { approvalId: `${randomUUID()}'--`, argsHash: 'A'.repeat(64) },
    ]) {
      expect(await refusalOf(call(user.call, of))).toMatchObject({ code: 'BAD_REQUEST' });
    }
  });

  it('answers for what others are asked, here or in another tenant, as for what does not exist', async () => {
    const asked = await ask(user, '#tool send {"to":"ann"}\n#say so be it');
    const approval = await untilAskedOnce(user, asked);
    const tenantId = await createTestTenant(test.backend);
    const missing = { approvalId: randomUUID(), argsHash: approval.argsHash };
    for (const stranger of [
      await createTestCaller(test.backend),
      await createTestCaller(test.backend, { role: 'admin' }),
      await createTestCaller(test.backend, { role: 'admin', tenantId }),
    ]) {
      const answer = await answerOf(call(stranger.call, seen(approval)));
      expect(answer).toContain('NOT_FOUND');
      expect(answer).toBe(await answerOf(call(stranger.call, missing)));
    }
    expect(await user.call.hitl.get({ approvalId: approval.id })).toEqual(approval);
    await user.call.agent.stop(asked);
  });
});
