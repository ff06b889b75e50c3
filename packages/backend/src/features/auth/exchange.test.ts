import { createHmac, randomUUID } from 'node:crypto';
import type { AuthResult, ExchangeInput } from '@aura/contract';
import { exportSPKI, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystemTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestTenant } from '../../testing/test-caller.ts';
import { bearerOn, newcomerOn, refusalOf, visitorOn } from './auth-testing.ts';
import { AUDIENCE, type FakeIssuer, startFakeIssuer } from './testing/fake-issuer.ts';
import { verifyAccess } from './verify-access.ts';

let issuer: FakeIssuer;
let opaque: FakeIssuer;
let test: TestBackend;
const hostOf = ({ url }: { url: string }): string => new URL(url).host;

beforeAll(async () => {
  issuer = await startFakeIssuer();
  opaque = await startFakeIssuer();
  test = await createTestBackend({
    isStarted: false,
    config: {
      isRegistrationOpen: false,
      identityHttpAllow: [hostOf(issuer), hostOf(opaque)],
      identityIssuers: [
        { issuer: issuer.url, proof: { kind: 'oidc', audiences: [AUDIENCE] } },
        { issuer: opaque.url, role: 'guest', proof: { kind: 'userinfo', url: `${opaque.url}/userinfo` } },
      ],
    },
  });
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await opaque[Symbol.asyncDispose]();
});

const exchange = async (input: ExchangeInput): Promise<AuthResult> =>
  await visitorOn(test.backend).call.auth.exchange(input);
const exchangeToken = async (subjectToken: string): Promise<AuthResult> => await exchange({ subjectToken });
const nowS = (): number => Math.floor(Date.now() / 1_000);
const REFUSED = {
  code: 'INVALID_CREDENTIALS',
  message: 'The external token is not valid here, has ended or was used before. Get a new one.',
};
const payloadOf = ({ accessToken }: AuthResult): Record<string, unknown> =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());

describe('auth.exchange of a signed token', () => {
  it('makes a user at the first token and signs the same one in with every later one', async () => {
    const sub = randomUUID();
    const email = `${sub}@elsewhere.example`;
    const first = await exchangeToken(await issuer.sign({ sub, email, name: 'Some One' }));
    expect(first.identity).toMatchObject({ role: 'user', user: { email, nickname: 'Some One' } });
    const second = await exchangeToken(await issuer.sign({ sub, email: 'changed@elsewhere.example' }));
    expect(second.identity.user).toEqual(first.identity.user);
    expect(second.identity.sessionId).not.toBe(first.identity.sessionId);
    expect(await verifyAccess(test.backend, second.accessToken)).toMatchObject({
      userId: first.identity.user.id,
    });
  });

  it('makes one user when twenty first tokens come at once', async () => {
    const sub = randomUUID();
    const tokens = await Promise.all(Array.from({ length: 20 }, async () => await issuer.sign({ sub })));
    const results = await Promise.all(tokens.map(exchangeToken));
    expect(new Set(results.map(({ identity }) => identity.user.id)).size).toBe(1);
  });

  it('takes each token once, however many present it at once', async () => {
    for (const claims of [{}, { jti: undefined }]) {
      const token = await issuer.sign(claims);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, async () => await exchangeToken(token)),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await refusalOf(exchangeToken(token))).toEqual(REFUSED);
    }
    const jti = randomUUID();
    await exchangeToken(await issuer.sign({ jti }));
    expect(await refusalOf(exchangeToken(await issuer.sign({ jti })))).toEqual(REFUSED);
  });

  it('never signs anybody in by an e-mail address', async () => {
    const sub = randomUUID();
    const email = `${sub}@elsewhere.example`;
    const owner = await exchangeToken(await issuer.sign({ sub, email }));
    expect(await refusalOf(exchangeToken(await issuer.sign({ email })))).toMatchObject({
      code: 'EMAIL_TAKEN',
    });
    const unconfirmed = await exchangeToken(await issuer.sign({ email, email_verified: false }));
    expect(unconfirmed.identity.user.id).not.toBe(owner.identity.user.id);
    expect(unconfirmed.identity.user.email).toMatch(/@external\.invalid$/);
  });

  it('keeps who acts in the user’s name, through refresh and into the audit log', async () => {
    const actorToken = await issuer.sign({ sub: 'the-gateway' });
    const result = await exchange({ subjectToken: await issuer.sign(), actorToken });
    const act = { iss: issuer.url, sub: 'the-gateway' };
    expect(payloadOf(result)).toMatchObject({ act });
    expect(await verifyAccess(test.backend, result.accessToken)).toMatchObject({ act });
    const { refreshToken } = result;
    const renewed = await visitorOn(test.backend).call.auth.refresh({ refreshToken });
    expect(payloadOf(renewed)).toMatchObject({ act });
    await (await bearerOn(test.backend, renewed)).call.auth.createApiKey({ name: 'k', scopes: ['read'] });
    const rows = await withSystemTransaction(
      test.backend,
      async ({ db }) =>
        await db
          .selectFrom('auditLog')
          .select(['action', 'data'])
          .where('actorId', '=', result.identity.user.id)
          .orderBy('id')
          .execute(),
    );
    expect(rows).toMatchObject([
      { action: 'auth.exchange', data: { act, issuer: issuer.url } },
      { action: 'auth.api_key_created', data: { act } },
    ]);
  });

  it('puts the actor before those who acted already, and heeds who may', async () => {
    const earlier = { sub: 'the-first' };
    const chained = await exchange({
      subjectToken: await issuer.sign({ act: earlier, may_act: { sub: 'the-second' } }),
      actorToken: await issuer.sign({ sub: 'the-second' }),
    });
    expect(payloadOf(chained)).toMatchObject({ act: { iss: issuer.url, sub: 'the-second', act: earlier } });
    const kept = await exchangeToken(await issuer.sign({ act: earlier }));
    expect(payloadOf(kept)).toMatchObject({ act: earlier });
    const other = {
      subjectToken: await issuer.sign({ may_act: { sub: 'the-second' } }),
      actorToken: await issuer.sign({ sub: 'the-third' }),
    };
    expect(await refusalOf(exchange(other))).toEqual(REFUSED);
    const forged = { subjectToken: await issuer.sign(), actorToken: 'nonsense' };
    expect(await refusalOf(exchange(forged))).toEqual(REFUSED);
  });

  it('does not sign in who was switched off, nor into a tenant that is not theirs', async () => {
    const sub = randomUUID();
    const { identity } = await exchangeToken(await issuer.sign({ sub }));
    const tenantId = await createTestTenant(test.backend);
    const elsewhere = { subjectToken: await issuer.sign({ sub }), tenantId };
    expect(await refusalOf(exchange(elsewhere))).toMatchObject({ code: 'NOT_FOUND' });
    await withSystemTransaction(test.backend, async ({ db }) => {
      await db.updateTable('users').set({ isActive: false }).where('id', '=', identity.user.id).execute();
    });
    expect(await refusalOf(exchangeToken(await issuer.sign({ sub })))).toMatchObject({
      code: 'ACCOUNT_INACTIVE',
    });
  });

  it('says that the token has no subject', async () => {
    expect(await refusalOf(exchangeToken(await issuer.sign({ sub: undefined })))).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  const ATTACKS: Record<string, () => Promise<string>> = {
    nonsense: () => Promise.resolve('nonsense.nonsense.nonsense'),
    'an issuer that is not configured': async () => await issuer.sign({ iss: 'https://evil.example' }),
    'the issuer with a slash': async () => await issuer.sign({ iss: `${issuer.url}/` }),
    'another audience': async () => await issuer.sign({ aud: 'another-client' }),
    'no audience': async () => await issuer.sign({ aud: undefined }),
    'exp in the past': async () => await issuer.sign({ exp: nowS() - 10 }),
    'no exp': async () => await issuer.sign({ exp: undefined }),
    'no iat': async () => await issuer.sign({ iat: undefined }),
    'a life of years': async () => await issuer.sign({ exp: nowS() + 10 * 365 * 86_400 }),
    'nbf in the future': async () => await issuer.sign({ nbf: nowS() + 60 }),
    'an actor chain without end': async () =>
      await issuer.sign({ act: { sub: '1', act: { sub: '2', act: { sub: '3', act: { sub: 4 } } } } }),
    'an embedded key': async () => {
      const own = await generateKeyPair('RS256');
      return await issuer.sign({}, { jwk: { kty: 'RSA', pem: await exportSPKI(own.publicKey) }, kid: 'own' });
    },
    'HS256 with the public key as secret': async () => {
      const [, payload] = (await issuer.sign()).split('.');
      const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
      const { publicKey } = await generateKeyPair('RS256', { extractable: true });
      const mac = createHmac('sha256', await exportSPKI(publicKey)).update(`${header}.${payload}`);
      return `${header}.${payload}.${mac.digest('base64url')}`;
    },
    'alg none': async () => {
      const [, payload] = (await issuer.sign()).split('.');
      return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    },
    'a signature of other claims': async () => {
      const [header, , signature] = (await issuer.sign()).split('.');
      const [, payload] = (await issuer.sign({ sub: 'victim' })).split('.');
      return `${header}.${payload}.${signature}`;
    },
    'our own access token': async () => {
      const { accessToken } = await exchangeToken(await issuer.sign());
      return accessToken;
    },
  };
  it.each(Object.entries(ATTACKS))('refuses: %s', async (_, make) => {
    expect(await refusalOf(exchangeToken(await make()))).toEqual(REFUSED);
  });

  it('asks for the keys once when a thousand tokens name keys that are not there', async () => {
    await exchangeToken(await issuer.sign());
    const before = issuer.hits.get('/keys');
    const tokens = await Promise.all(
      Array.from({ length: 1_000 }, async (_, index) => await issuer.sign({}, { kid: `unknown-${index}` })),
    );
    const outcomes = await Promise.allSettled(tokens.map(exchangeToken));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(issuer.hits.get('/keys')).toBe(before);
  });
});

describe('auth.exchange of an opaque token', () => {
  it('asks the userinfo endpoint, and signs in as what the issuer’s users are here', async () => {
    const sub = randomUUID();
    opaque.users.set('opaque-1', { sub, email: `${sub}@opaque.example` });
    const first = await exchangeToken('opaque-1');
    expect(first.identity).toMatchObject({ role: 'guest', user: { email: `${sub}@opaque.example` } });
    expect((await exchangeToken('opaque-1')).identity.user).toEqual(first.identity.user);
  });

  it('refuses what the issuer refuses, and says when it names no subject', async () => {
    opaque.users.set('nobody', { email: 'x@opaque.example' });
    expect(await refusalOf(exchangeToken('unknown'))).toEqual(REFUSED);
    expect(await refusalOf(exchangeToken('nobody'))).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('goes to the userinfo endpoint that discovery names when an issuer of signed tokens is named', async () => {
    const sub = randomUUID();
    issuer.users.set('opaque-2', { sub });
    const named = { subjectToken: 'opaque-2', issuer: issuer.url };
    const { identity } = await exchange(named);
    expect((await exchangeToken(await issuer.sign({ sub }))).identity.user.id).toBe(identity.user.id);
  });

  it('never sends a token that names one issuer to another', async () => {
    const before = opaque.hits.get('/userinfo');
    await refusalOf(exchangeToken(await issuer.sign({ iss: 'https://third.example' })));
    await refusalOf(exchange({ subjectToken: await issuer.sign(), issuer: opaque.url }));
    await refusalOf(exchange({ subjectToken: 'secret', issuer: 'https://third.example' }));
    expect(opaque.hits.get('/userinfo')).toBe(before);
  });

  it('refuses an actor that nobody signed for', async () => {
    opaque.users.set('actor', { sub: 'x' });
    const input = { subjectToken: await issuer.sign(), actorToken: 'actor' };
    expect(await refusalOf(exchange(input))).toEqual(REFUSED);
  });
});

it('without configured issuers every token is refused', async () => {
  await using plain = await createTestBackend({ isStarted: false });
  const call = visitorOn(plain.backend).call.auth.exchange({ subjectToken: await issuer.sign() });
  expect(await refusalOf(call)).toEqual(REFUSED);
  const { tokens } = await newcomerOn(plain.backend);
  expect(payloadOf(tokens)).not.toHaveProperty('act');
});
