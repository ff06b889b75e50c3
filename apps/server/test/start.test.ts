import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuraClient } from '@aura/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../src/server-process.ts';

/** A folder of its own, gone again afterwards. */
async function createFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'aura-start-'));
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true }) };
}

const PASSWORD = /dev@aura\.local +([a-z0-9-]+) /;

it('shows the first users their passwords once, and keeps everything for the next start', async () => {
  await using folder = await createFolder();
  const env = { AURA_DATA_DIR: folder.path };
  const first = await startServerProcess(env);
  await expect.poll(first.output).toMatch(/Embedded mode[^]*Kept:[^]*Not promised:/);
  const password = PASSWORD.exec(first.output())?.[1] ?? '';
  first.signal('SIGTERM');
  expect(await first.exited).toBe(0);
  expect((await stat(join(folder.path, 'jwt-secret'))).mode & 0o777).toBe(0o600);

  await using second = await startServerProcess(env);
  await expect.poll(second.output).toContain('Aura is ready');
  expect(second.output()).not.toMatch(PASSWORD);
  await using client = createAuraClient({ url: second.url });
  const { user } = await client.signIn({ email: 'dev@aura.local', password });
  expect(user.email).toBe('dev@aura.local');
  expect(second.output()).not.toContain(password);
});

describe('beside a server that runs', () => {
  let folder: Awaited<ReturnType<typeof createFolder>>;
  let server: ServerProcess;
  beforeAll(async () => {
    folder = await createFolder();
    server = await startServerProcess({ AURA_DATA_DIR: folder.path });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('refuses its data folder, and says how to go on', async () => {
    await expect(startServerProcess({ AURA_DATA_DIR: folder.path })).rejects.toThrow(
      /Aura cannot start: The data folder .* is in use[^]*AURA_DATA_DIR/,
    );
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  it('refuses its port, and a production without a secret', async () => {
    await using other = await createFolder();
    const env = { AURA_DATA_DIR: other.path, PORT: new URL(server.url).port };
    await expect(startServerProcess(env)).rejects.toThrow(/EADDRINUSE.*Set PORT to another/);
    await expect(startServerProcess({ ...env, NODE_ENV: 'production' })).rejects.toThrow(
      /JWT_SECRET is required in production/,
    );
    // The start that failed has not used up the one time that passwords are shown.
    await using next = await startServerProcess({ AURA_DATA_DIR: other.path });
    await expect.poll(next.output).toMatch(PASSWORD);
  });

  it('closes its sockets to come back when it is told to stop, and exits at once when it is told twice', async () => {
    const polite = new WebSocket(`${server.url.replace('http', 'ws')}/trpc?connectionParams=1`);
    await once(polite, 'open');
    // Never answers a close, so that stopping has something to wait for.
    const deaf = connect(Number(new URL(server.url).port), '127.0.0.1');
    deaf.on('error', () => {});
    deaf.write(
      'GET /trpc?connectionParams=1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    await once(deaf, 'data');
    const closed = once(polite, 'close');
    server.signal('SIGTERM');
    expect((await closed)[0]).toMatchObject({ code: 1012 });
    server.signal('SIGTERM');
    expect(await server.exited).toBe(1);
    deaf.destroy();
  });
});
