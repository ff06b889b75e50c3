import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, createBackend, createHttpServer, type HttpServer } from '@aura/backend';

const MANY = 100_000;

export interface BenchBackend extends AsyncDisposable {
  backend: Backend;
  server: HttpServer;
}

/**
 * A real backend behind its real server on a free port of 127.0.0.1, with blobs in a folder of its own that goes with
 * it. Only the limits on sockets are raised, for one address, and often one user, has them all. Without `redisUrl` a
 * single node; without `secret` its tokens are good for itself alone.
 */
export async function openBenchBackend({
  databaseUrl,
  redisUrl = null,
  secret = randomUUID() + randomUUID(),
}: {
  databaseUrl: string;
  redisUrl?: string | null;
  secret?: string;
}): Promise<BenchBackend> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'aura-bench-blobs-'));
  stack.defer(async () => await rm(folder, { recursive: true, force: true }));
  const backend = stack.use(
    await createBackend({
      environment: 'production',
      version: 'bench',
      database: { kind: 'postgres', url: databaseUrl },
      blobs: { kind: 'folder', folder },
      redisUrl,
      jwtSecret: secret,
      allowedOrigins: [],
      allowedHosts: null,
      trustedProxies: [],
      isRegistrationOpen: false,
      model: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'none', models: ['none'] },
    }),
  );
  const limits = { sockets: { maxSockets: MANY, maxSocketsPerAddress: MANY, maxSocketsPerUser: MANY } };
  const server = stack.use(
    await createHttpServer(backend, { host: '127.0.0.1', port: 0, webRoot: null, limits }),
  );
  const parts = stack.move();
  return { backend, server, [Symbol.asyncDispose]: async () => await parts.disposeAsync() };
}
