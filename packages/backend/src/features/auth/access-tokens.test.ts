import { createHmac, createSecretKey, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { secretId } from '../../secret-ring.ts';
import { createAccessTokens } from './access-tokens.ts';
import { refusalOf } from './auth-testing.ts';
import { createRefreshTokens } from './refresh-tokens.ts';

const SECRET = 'a secret for tests, at least thirty-two bytes long';
const NOW = new Date('2026-11-05T12:00:00.250Z');
const NOW_S = Math.floor(NOW.getTime() / 1_000);
const clockAt = (ms: number) => ({ now: () => new Date(NOW.getTime() + ms) });
const tokens = createAccessTokens({ secrets: [SECRET], clock: clockAt(0) });

const ids = { userId: randomUUID(), tenantId: randomUUID(), sessionId: randomUUID() };
const own = { ...ids, role: 'user', email: 'someone@test.local' } as const;
const HEADER = { alg: 'HS256', typ: 'at+jwt' };
const CLAIMS = {
  iss: 'aura',
  aud: 'aura',
  sub: ids.userId,
  tid: ids.tenantId,
  tenant_id: ids.tenantId,
  sid: ids.sessionId,
  jti: randomUUID(),
  role: 'user',
  email: 'someone@test.local',
  iat: NOW_S,
  exp: NOW_S + 900,
};

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const macOf = (input: string, key: string | Buffer, hash = 'sha256'): string =>
  createHmac(hash, key).update(input).digest('base64url');
/** A token signed with our own secret, whatever it says. Strings are taken as they are. */
const signed = (
  claims: unknown,
  header: unknown = HEADER,
  key: string | Buffer = SECRET,
  hash?: string,
): string => {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${macOf(input, key, hash)}`;
};
const without = (name: keyof typeof CLAIMS): string => signed({ ...CLAIMS, [name]: undefined });
const withClaims = (claims: object): string => signed({ ...CLAIMS, ...claims });
const withHeader = (header: object): string => signed(CLAIMS, { ...HEADER, ...header });
const partsOf = (token: string): [string, string, string] => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
};

const headerOf = (token: string): unknown =>
  JSON.parse(Buffer.from(partsOf(token)[0], 'base64url').toString());

const GOOD = signed(CLAIMS);
const [goodHeader, goodPayload, goodSignature] = partsOf(GOOD);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const rsaSigned = (alg: string, hash: string): string => {
  const input = `${encoded({ ...HEADER, alg })}.${encoded(CLAIMS)}`;
  return `${input}.${createSign(hash).update(input).sign(rsa.privateKey, 'base64url')}`;
};
/** The same bytes, written with the two spare bits of the last character set. */
const withSpareBits = (signature: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return signature.slice(0, -1) + alphabet.charAt(alphabet.indexOf(signature.slice(-1)) + 1);
};

const ATTACKS: Record<string, string> = {
  'nothing at all': '',
  'no token': 'undefined',
  'dots only': '..',
  'alg none': `${encoded({ ...HEADER, alg: 'none' })}.${goodPayload}.`,
  'alg NONE with our signature': signed(CLAIMS, { ...HEADER, alg: 'NONE' }),
  'alg missing': signed(CLAIMS, { typ: HEADER.typ }),
  'alg as a list': signed(CLAIMS, { ...HEADER, alg: ['HS256'] }),
  'alg in lower case': signed(CLAIMS, { ...HEADER, alg: 'hs256' }),
  'HS384 with our secret': signed(CLAIMS, { ...HEADER, alg: 'HS384' }, SECRET, 'sha384'),
  'HS512 with our secret': signed(CLAIMS, { ...HEADER, alg: 'HS512' }, SECRET, 'sha512'),
  'HS512 that says HS256': signed(CLAIMS, HEADER, SECRET, 'sha512'),
  RS256: rsaSigned('RS256', 'sha256'),
  RS512: rsaSigned('RS512', 'sha512'),
  'RS256 that says HS256': rsaSigned('HS256', 'sha256'),
  'a public key used as the shared secret': signed(CLAIMS, HEADER, publicPem),
  'another deployment’s secret': signed(CLAIMS, HEADER, `${SECRET}!`),
  'an empty secret': signed(CLAIMS, HEADER, Buffer.alloc(1)),
  'the key of refresh tokens': createRefreshTokens({ secrets: [SECRET] }).issue({
    sessionId: ids.sessionId,
    generation: 1,
  }),
  'no exp': without('exp'),
  'no iat': without('iat'),
  'no sub': without('sub'),
  'no tid': without('tid'),
  'no sid': without('sid'),
  'no jti': without('jti'),
  'no iss': without('iss'),
  'no aud': without('aud'),
  'no role': without('role'),
  'nbf in the future': withClaims({ nbf: NOW_S + 60 }),
  'exp in the past': withClaims({ iat: NOW_S - 900, exp: NOW_S - 5 }),
  'exp in ten years': withClaims({ exp: NOW_S + 10 * 365 * 86_400 }),
  'a life of one second too many': withClaims({ exp: NOW_S + 901 }),
  'a long life, far into it': withClaims({ iat: NOW_S - 86_400, exp: NOW_S + 60 }),
  'exp as text': withClaims({ exp: String(NOW_S + 900) }),
  'exp with a fraction': withClaims({ exp: NOW_S + 0.5 }),
  'exp null': withClaims({ exp: null }),
  'iat in the future': withClaims({ iat: NOW_S + 60, exp: NOW_S + 120 }),
  'iat after exp': withClaims({ iat: NOW_S + 3, exp: NOW_S + 2 }),
  'wrong iss': withClaims({ iss: 'https://evil.example' }),
  'iss as a list': withClaims({ iss: ['aura'] }),
  'wrong aud': withClaims({ aud: 'aura-admin' }),
  'aud as a list with ours in it': withClaims({ aud: ['evil', 'aura'] }),
  'sub that is no id': withClaims({ sub: "' or 1=1 --" }),
  'tid that is no id': withClaims({ tid: '*', tenant_id: '*' }),
  'sid that is no id': withClaims({ sid: '../../sessions' }),
  'tid as a list': withClaims({ tid: [ids.tenantId] }),
  'two different tenants': withClaims({ tenant_id: randomUUID() }),
  'an unknown role': withClaims({ role: 'owner' }),
  'a list of roles': withClaims({ role: ['admin'] }),
  'typ JWT': withHeader({ typ: 'JWT' }),
  'typ of a refresh token': withHeader({ typ: 'rt+jwt' }),
  'typ of a ticket': withHeader({ typ: 'ticket+jwt' }),
  'typ of an id token': withHeader({ typ: 'id+jwt' }),
  'typ missing': signed(CLAIMS, { alg: 'HS256' }),
  'an embedded jwk': withHeader({ jwk: { kty: 'oct', k: encoded(SECRET) } }),
  'a jku': withHeader({ jku: 'https://evil.example/jwks.json' }),
  'an x5u': withHeader({ x5u: 'https://evil.example/cert.pem' }),
  'an x5c': withHeader({ x5c: ['AAAA'] }),
  'kid to an empty file': signed(CLAIMS, { ...HEADER, kid: '../../../../dev/null' }, Buffer.alloc(1)),
  'kid with SQL': withHeader({ kid: "x' union select 'secret" }),
  'kid of 10 KB': withHeader({ kid: 'k'.repeat(10_240) }),
  'an unknown kid': withHeader({ kid: randomUUID() }),
  'crit of something unknown': withHeader({ crit: ['exp'], exp: NOW_S }),
  'an empty crit': withHeader({ crit: [] }),
  'b64 false': signed(CLAIMS, { ...HEADER, b64: false, crit: ['b64'] }),
  'b64 true': withHeader({ b64: true, crit: ['b64'] }),
  zip: withHeader({ zip: 'DEF' }),
  'header members doubled': signed(CLAIMS, '{"alg":"none","alg":"HS256","typ":"at+jwt"}'),
  'header with a space': signed(CLAIMS, '{"alg":"HS256", "typ":"at+jwt"}'),
  'claims doubled': signed(`{"sub":"${randomUUID()}",${JSON.stringify(CLAIMS).slice(1)}`),
  'claims that are a list': signed([CLAIMS]),
  'claims that are null': signed('null'),
  'claims that are not JSON': signed('{"iss":"aura"'),
  'claims that are not UTF-8': signed(Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1')),
  '__proto__ instead of claims': signed(`{"__proto__":${JSON.stringify(CLAIMS)}}`),
  'signature stripped': `${goodHeader}.${goodPayload}.`,
  'signature and its dot stripped': `${goodHeader}.${goodPayload}`,
  'signature zeroed': `${goodHeader}.${goodPayload}.${Buffer.alloc(32).toString('base64url')}`,
  'signature cut': GOOD.slice(0, -2),
  'signature with spare bits': `${goodHeader}.${goodPayload}.${withSpareBits(goodSignature)}`,
  'signature padded': `${GOOD}=`,
  'signature in plain base64': `${goodHeader}.${goodPayload}.${Buffer.from(goodSignature, 'base64url').toString('base64')}`,
  'another token’s signature': `${goodHeader}.${encoded({ ...CLAIMS, role: 'admin' })}.${goodSignature}`,
  'a fourth part': `${GOOD}.${goodSignature}`,
  'five parts, as encrypted tokens have': `${goodHeader}..${goodPayload}.${goodSignature}.${goodSignature}`,
  'a space before': ` ${GOOD}`,
  'a line break after': `${GOOD}\n`,
  'NUL in it': `${goodHeader}.${goodPayload}\0.${goodSignature}`,
  'Bearer in it': `Bearer ${GOOD}`,
  'JWS JSON': JSON.stringify({ protected: goodHeader, payload: goodPayload, signature: goodSignature }),
  'general JWS JSON': JSON.stringify({
    payload: goodPayload,
    signatures: [{ protected: goodHeader, signature: goodSignature }],
  }),
  '8 KB': withClaims({ email: 'x'.repeat(8_192) }),
};

describe('access tokens', () => {
  it('say who is calling until they end, give or take five seconds', async () => {
    const { token, expiresAt } = await tokens.issue(own);
    expect(expiresAt).toEqual(new Date((NOW_S + 900) * 1_000));
    expect(token.length).toBeLessThan(1_024);
    const caller = { ...ids, role: 'user', expiresAt, scopes: null };
    expect(await tokens.verify(token)).toEqual(caller);
    expect(await createAccessTokens({ secrets: [SECRET], clock: clockAt(903_000) }).verify(token)).toEqual(
      caller,
    );
    expect(await createAccessTokens({ secrets: [SECRET], clock: clockAt(-4_000) }).verify(token)).toEqual(
      caller,
    );
    for (const ms of [905_000, -10_000]) {
      const late = createAccessTokens({ secrets: [SECRET], clock: clockAt(ms) });
      expect(await refusalOf(late.verify(token))).toMatchObject({ code: 'UNAUTHORIZED' });
    }
  });

  it('end for a node that has often seen them as for any other', async () => {
    let ms = 0;
    const node = createAccessTokens({ secrets: [SECRET], clock: { now: () => clockAt(ms).now() } });
    const { token } = await node.issue(own);
    for (ms of [0, 1_000, 904_000]) expect(await node.verify(token)).toMatchObject(ids);
    for (ms of [906_000, 906_000]) {
      expect(await refusalOf(node.verify(token))).toMatchObject({ code: 'UNAUTHORIZED' });
    }
  });

  it('carry the claims that older clients read', async () => {
    const [, payload] = partsOf((await tokens.issue(own)).token);
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      sub: ids.userId,
      tenant_id: ids.tenantId,
      email: own.email,
      role: 'user',
    });
  });

  it('are what the attacks below are made from: the untouched one is accepted', async () => {
    expect(await tokens.verify(GOOD)).toMatchObject(ids);
    const byJose = await new SignJWT(CLAIMS).setProtectedHeader(HEADER).sign(createSecretKey(SECRET, 'utf8'));
    expect(byJose).toBe(GOOD);
  });

  it.each(Object.entries(ATTACKS))('refuse: %s', async (_, token) => {
    expect(await refusalOf(tokens.verify(token))).toEqual({
      code: 'UNAUTHORIZED',
      message: 'The access token is not valid or has ended. Refresh it or sign in again.',
    });
  });

  it('name the secret they were signed with, and are good with any secret that is still accepted', async () => {
    const [first, second] = [SECRET, `${SECRET}, the next one`];
    const before = createAccessTokens({ secrets: [first, second], clock: clockAt(0) });
    const after = createAccessTokens({ secrets: [second, first], clock: clockAt(0) });
    const later = createAccessTokens({ secrets: [second], clock: clockAt(0) });
    const old = (await before.issue(own)).token;
    const young = (await after.issue(own)).token;
    expect(headerOf(old)).toEqual({ ...HEADER, kid: secretId(first) });
    expect(headerOf(young)).toEqual({ ...HEADER, kid: secretId(second) });
    for (const node of [before, after]) {
      for (const token of [old, young]) expect(await node.verify(token)).toMatchObject(ids);
    }
    expect(await later.verify(young)).toMatchObject(ids);
    expect(await refusalOf(later.verify(old))).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('are refused when their kid names another secret than the one that signed them', async () => {
    const ring = [SECRET, `${SECRET}, the next one`] as const;
    const both = createAccessTokens({ secrets: ring, clock: clockAt(0) });
    const kid = secretId(ring[1]);
    expect(await both.verify(signed(CLAIMS, { ...HEADER, kid }, ring[1]))).toMatchObject(ids);
    expect(await refusalOf(both.verify(signed(CLAIMS, { ...HEADER, kid }, ring[0])))).toMatchObject({
      code: 'UNAUTHORIZED',
    });
  });
});
