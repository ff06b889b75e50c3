import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { authResultSchema, conversationEventsInputSchema } from '@aura/contract';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type LocalServer, startLocalServer } from '../ports/guarded-fetch-testing.ts';
import { call, RawClient } from '../testing/raw-client.ts';
import { createTestCaller } from '../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../testing/test-server.ts';

/** Distinct, and in a form that is looked for by no pattern: what leaks one leaks any. */
const canary = (name: string): string => `canary-${name}-${randomUUID()}-${randomUUID()}`;
const PLANTED = {
  jwtSecret: canary('jwt'),
  previousJwtSecret: canary('previous'),
  signingSecret: canary('signing'),
  oauthSecret: canary('oauth'),
  providerKey: canary('provider'),
  mcpHeader: canary('mcp'),
  password: canary('password'),
  wrongPassword: canary('wrong'),
  externalToken: canary('external'),
};
/** What the server makes itself and tells once, to whoever it is for. */
const issued: string[] = [];
/** Everything that comes back from calls that fail, and from all others but for those that hand out a secret. */
const answers: string[] = [];
const lines: string[] = [];

let provider: LocalServer;
let test: TestServer;
beforeAll(async () => {
  // Says the key that it was given back to whoever asked, as providers do when they refuse one.
  provider = await startLocalServer((req, res) => {
    const message = `Incorrect API key provided: ${req.headers.authorization}. ${JSON.stringify(req.headers)}`;
    res.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
  });
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const host = new URL(provider.url).host;
  test = await createTestServer({
    config: {
      jwtSecret: PLANTED.jwtSecret,
      previousJwtSecrets: [PLANTED.previousJwtSecret],
      tokenSigningSecret: PLANTED.signingSecret,
      publicUrl: 'https://aura.example',
      oauthClients: {
        google: {
          clientId: 'us',
          clientSecret: PLANTED.oauthSecret,
          endpoints: {
            authorizationUrl: `${provider.url}/authorize`,
            tokenUrl: `${provider.url}/token`,
            profileUrl: `${provider.url}/profile`,
          },
        },
      },
      identityHttpAllow: [host],
      toolHttpAllow: [host],
      identityIssuers: [{ issuer: provider.url, proof: { kind: 'userinfo', url: `${provider.url}/me` } }],
      legacyTokens: { issuers: [], audiences: [] },
      model: { baseUrl: `${provider.url}/v1`, apiKey: PLANTED.providerKey, models: ['m'] },
    },
    overrides: { log: pino({ level: 'trace' }, sink) },
  });
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

async function ask(path: string, input: unknown, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${test.server.url}/trpc/${path}`, {
    method: 'POST',
    body: typeof input === 'string' ? input : JSON.stringify(input),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return `${JSON.stringify([...response.headers])} ${await response.text()}`;
}
async function askRest(
  path: string,
  headers: Record<string, string>,
  form?: URLSearchParams,
): Promise<string> {
  const init = { method: 'POST', headers, ...(form !== undefined && { body: form }) };
  const response = await fetch(`${test.server.url}${path}`, init);
  return `${JSON.stringify([...response.headers])} ${await response.text()}`;
}
const keep = async (answer: Promise<string>): Promise<void> => void answers.push(await answer);
const dataSchema = z.object({ result: z.object({ data: z.record(z.string(), z.unknown()) }) });
const dataOf = (answer: string): Record<string, unknown> =>
  dataSchema.parse(JSON.parse(answer.slice(answer.indexOf(' {') + 1))).result.data;

/** Signs somebody in, takes the tokens they get, and lets every way to be refused be gone. */
async function signInAndFail(): Promise<{ token: string; email: string }> {
  const email = `${randomUUID()}@test.local`;
  const { password } = PLANTED;
  const first = authResultSchema.parse(dataOf(await ask('auth.register', { email, password })));
  const { refreshToken } = first;
  const second = authResultSchema.parse(dataOf(await ask('auth.refresh', { refreshToken })));
  const pairs = [first, second];
  issued.push(...pairs.flatMap((pair) => [pair.accessToken, pair.refreshToken ?? '']));
  await keep(ask('auth.register', { email, password }));
  await keep(ask('auth.login', { email, password: PLANTED.wrongPassword }));
  await keep(ask('auth.login', { email: PLANTED.wrongPassword, password: PLANTED.wrongPassword }));
  await keep(ask('auth.login', { email, password: { wrong: PLANTED.wrongPassword } }));
  await keep(ask('auth.login', `{"email":"${email}","password":"${PLANTED.wrongPassword}`));
  await keep(ask('auth.refresh', { refreshToken: `${refreshToken}x` }));
  await keep(ask('auth.exchange', { subjectToken: PLANTED.externalToken }));
  await keep(ask('auth.exchange', { subjectToken: `a.${PLANTED.externalToken}.b` }));
  await keep(ask('auth.mint', { rawBody: '{}', signature: `t=1,v1=${PLANTED.externalToken}` }));
  await keep(ask('auth.me', {}, { authorization: `Bearer ${second.accessToken}x` }));
  await keep(ask('auth.me', {}, { cookie: `__Host-aura_refresh=${second.refreshToken}` }));
  const binding = z.string().parse(dataOf(await ask('auth.startOAuth', { provider: 'google' }))['binding']);
  const state = { provider: 'google', state: PLANTED.externalToken, binding, code: PLANTED.externalToken };
  await keep(ask('auth.finishOAuth', state));
  await keep(askRest('/auth/exchange', { 'x-external-token': PLANTED.externalToken }));
  await keep(askRest('/auth/exchange', {}, new URLSearchParams({ subject_token: PLANTED.externalToken })));
  await keep(askRest('/auth/token', { 'x-signature': PLANTED.externalToken }));
  await keep(askRest('/auth/refresh?mode=cookie', { cookie: `__Host-aura_refresh=${second.refreshToken}` }));
  return { token: second.accessToken, email };
}

it('no secret leaves: not in logs, errors, answers, events or the audit log, whatever fails', async () => {
  const { token } = await signInAndFail();
  const { ctx } = await createTestCaller(test.node.backend, { role: 'admin' });
  const admin = await test.tokenOf(ctx.caller);
  const authorization = `Bearer ${admin}`;
  issued.push(admin);

  const key = dataOf(await ask('auth.createApiKey', { name: 'k', scopes: ['read'] }, { authorization }));
  const invitation = dataOf(await ask('auth.invite', { email: 'x@test.local' }, { authorization }));
  issued.push(z.string().parse(key['key']), z.string().parse(invitation['token']));
  const server = {
    transport: 'http',
    name: 'echo',
    url: `${provider.url}/mcp`,
    headers: { 'X-Key': PLANTED.mcpHeader },
  };
  const added = await ask('mcp.add', server, { authorization });
  await keep(Promise.resolve(added));
  await keep(ask('mcp.test', { serverId: dataOf(added)['id'] }, { authorization }));

  const bearer = { authorization: `Bearer ${token}` };
  const clientId = randomUUID();
  const created = await ask('conversation.create', { clientId, message: { text: 'hello' } }, bearer);
  await keep(Promise.resolve(created));
  const conversation = z.object({ id: z.string() }).parse(dataOf(created)['conversation']);
  await using socket = await RawClient.connect(test.socketUrl, { token });
  const input = conversationEventsInputSchema.parse({ conversationId: conversation.id });
  socket.send(call(1, 'conversation.events', { method: 'subscription', input }));
  await socket.frame({ result: { data: { data: { type: 'done', data: { status: 'failed' } } } } }, 25_000);
  await using refused = await RawClient.connect(test.socketUrl, { token: PLANTED.externalToken });
  await refused.closed;
  answers.push(JSON.stringify(socket.frames), JSON.stringify(refused.frames));
  for (const path of ['/metrics', '/readyz', '/', `/trpc/auth.me?token=${PLANTED.externalToken}`]) {
    answers.push(await (await fetch(`${test.server.url}${path}`)).text());
  }

  const { db } = test.node.backend.database;
  const stored = await sql`
    select data::text as data from events union all select action || coalesce(subject, '') || data::text from audit_log
    union all select coalesce(error::text, '') from runs union all select headers::text from mcp_servers
    union all select coalesce(password_hash, '') from users union all select text from messages`.execute(db);
  const places = { logs: lines.join(''), answers: answers.join('\n'), stored: JSON.stringify(stored.rows) };
  expect(issued.every((secret) => secret.length > 20)).toBe(true);
  expect(places.logs).toContain('"path":"/trpc/auth.login"');
  expect(places.answers).toContain('INVALID_CREDENTIALS');
  expect(places.answers).toContain('# TYPE aura_');
  expect(places.stored).toContain('auth.login_failed');
  for (const [place, text] of Object.entries(places)) {
    for (const [name, secret] of [
      ...Object.entries(PLANTED),
      ...issued.map((one) => ['issued', one] as const),
    ]) {
      const at = text.indexOf(secret);
      expect(at === -1 ? '' : text.slice(Math.max(0, at - 200), at), `${name} in ${place}`).toBe('');
    }
  }
});
