import { type ApiKeyScope, apiKeyScopeSchema } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appRouter } from '../../app-router.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { hasScope } from './auth-policy.ts';
import { refusalOf } from './auth-testing.ts';

/** Who may call a procedure: anyone, a person's session alone, or a key with that scope. */
type Need = 'anyone' | 'person' | ApiKeyScope;

/** Queries and subscriptions need `read`, mutations `write`; everything else has to be said here. */
const EXCEPTIONS: Record<string, Need> = {
  'agent.models': 'anyone',
  'agent.prompts': 'anyone',
  'service.ping': 'anyone',
  'service.heartbeat': 'anyone',
  'auth.register': 'anyone',
  'auth.login': 'anyone',
  'auth.refresh': 'anyone',
  'auth.exchange': 'anyone',
  'auth.mint': 'anyone',
  'auth.acceptInvitation': 'anyone',
  'auth.startOAuth': 'anyone',
  'auth.finishOAuth': 'anyone',
  'auth.linkOAuth': 'person',
  'auth.logout': 'person',
  'auth.logoutAll': 'person',
  'auth.sessions': 'person',
  'auth.revokeSession': 'person',
  'auth.switchTenant': 'person',
  'auth.createApiKey': 'person',
  'auth.apiKeys': 'person',
  'auth.revokeApiKey': 'person',
};

const definitionSchema = z.object({
  type: z.enum(['query', 'mutation', 'subscription']),
  meta: z.object({ scope: apiKeyScopeSchema.optional() }).optional(),
});
const procedures = Object.entries(appRouter._def.procedures).map(([path, procedure]) => {
  const { type, meta } = definitionSchema.parse(Reflect.get(procedure, '_def'));
  const need: Need = EXCEPTIONS[path] ?? meta?.scope ?? (type === 'mutation' ? 'write' : 'read');
  return { path, type, need };
});

let test: TestBackend;
let admin: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  admin = await createTestCaller(test.backend, { role: 'admin' });
});
afterAll(async () => await test[Symbol.asyncDispose]());

/** Calls without an input: who may not call is refused before that is looked at. Answers the refusal for want of a scope. */
async function refusalFor(path: string, scopes: ApiKeyScope[]): Promise<string | null> {
  const { call } = callerOn(test.backend, { ...admin.ctx.caller, scopes });
  const procedure = path.split('.').reduce<unknown>((at, name) => Reflect.get(Object(at), name), call);
  if (typeof procedure !== 'function') throw new Error(`no procedure ${path}`);
  const outcome = await refusalOf(procedure()).catch(() => null);
  return outcome?.code === 'FORBIDDEN' ? outcome.message : null;
}

function refusalExpected(need: Need, scopes: ApiKeyScope[]): string | null {
  if (need === 'anyone') return null;
  if (need === 'person') return 'No API key may do this';
  return hasScope({ scopes }, need) ? null : `does not have the scope ${need}`;
}

const SETS: ApiKeyScope[][] = [[], ...apiKeyScopeSchema.options.map((scope) => [scope])];

describe('scopes of API keys', () => {
  it('are known for every procedure, and no exception is for one that is gone', () => {
    expect(procedures.length).toBeGreaterThan(15);
    expect(procedures.map(({ path }) => path)).toEqual(expect.arrayContaining(Object.keys(EXCEPTIONS)));
  });

  it('let no key that may only read change anything, whatever a procedure says that it needs', () => {
    const changing = procedures.filter(({ type, need }) => type === 'mutation' && need === 'read');
    expect(changing).toEqual([]);
  });

  it.each(procedures)('$path is for $need', async ({ path, need }) => {
    for (const scopes of SETS) {
      const expected = refusalExpected(need, scopes);
      const refusal = await refusalFor(path, scopes);
      if (expected === null) expect(refusal, `with [${scopes.join()}]`).toBeNull();
      else expect(refusal, `with [${scopes.join()}]`).toContain(expected);
    }
  });

  it('include read in write and nothing else in another; a person’s session has all', () => {
    const included = SETS.map((scopes) =>
      apiKeyScopeSchema.options.filter((scope) => hasScope({ scopes }, scope)),
    );
    expect(included).toEqual([[], ['read'], ['read', 'write'], ['approvals:decide'], ['admin']]);
    for (const scope of apiKeyScopeSchema.options) expect(hasScope({ scopes: null }, scope)).toBe(true);
  });
});
