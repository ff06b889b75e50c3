import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@aura/backend/testing';
import { type AuthResult, authResultSchema, sessionViewSchema } from '@aura/contract';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { startServerProcess } from '../src/server-process.ts';

const answerSchema = z.object({ result: z.object({ data: authResultSchema }) });
const sessionsSchema = z.object({ result: z.object({ data: z.array(sessionViewSchema) }) });

async function call(url: string, procedure: string, input: object): Promise<AuthResult> {
  const response = await fetch(`${url}/trpc/${procedure}`, {
    method: 'POST',
    body: JSON.stringify(input),
    headers: { 'content-type': 'application/json' },
  });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return answerSchema.parse(JSON.parse(text)).result.data;
}

/** Changes with every rotation. */
async function lastUsedAt(url: string, { accessToken }: AuthResult): Promise<string> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const response = await fetch(`${url}/trpc/auth.sessions`, { headers });
  return sessionsSchema.parse(await response.json()).result.data[0]?.lastUsedAt ?? '';
}

/** Asks and never reads the answer, as a client whose connection is gone by then. */
async function askDeaf(url: string, procedure: string, input: object): Promise<Disposable> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.pause();
  await once(socket, 'connect');
  const body = JSON.stringify(input);
  const head = [
    `POST /trpc/${procedure} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return { [Symbol.dispose]: () => void socket.destroy() };
}

it(
  'a server that is killed between rotating a refresh token and answering signs nobody out',
  { timeout: 180_000 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'aura-refresh-')), (path) =>
      rm(path, { recursive: true }),
    );
    const { url: DATABASE_URL } = stack.use(await startPostgres());
    const env = {
      AURA_DATA_DIR: folder,
      DATABASE_URL,
      JWT_SECRET: `${randomUUID()}-${randomUUID()}`,
      AURA_SEED: 'false',
    };
    const witness = stack.use(await startServerProcess(env));
    const registration = { email: `${randomUUID()}@test.local`, password: 'correct horse battery' };
    let pair = await call(witness.url, 'auth.register', registration);
    const { sessionId } = pair.identity;
    for (let round = 1; round <= 3; round++) {
      await using victim = await startServerProcess(env);
      const { refreshToken } = pair;
      const before = await lastUsedAt(witness.url, pair);
      using _asked = await askDeaf(victim.url, 'auth.refresh', { refreshToken });
      await expect
        .poll(async () => await lastUsedAt(witness.url, pair), { interval: 5, timeout: 10_000 })
        .not.toBe(before);
      await victim.kill();
      // The client never heard of the successor: the token it has gets it once more, and no second one.
      const [one, other] = await Promise.all([
        call(witness.url, 'auth.refresh', { refreshToken }),
        call(witness.url, 'auth.refresh', { refreshToken }),
      ]);
      expect(one.identity.sessionId).toBe(sessionId);
      expect(other.refreshToken).toBe(one.refreshToken);
      pair = await call(witness.url, 'auth.refresh', { refreshToken: one.refreshToken });
    }
  },
);
