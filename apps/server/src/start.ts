import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BackendConfig,
  createBackend,
  createHttpServer,
  type ModelConfig,
  seedRooms,
  seedUsers,
} from '@aura/backend';
import { startOfflineModel } from '@aura/offline-model';
import { pino } from 'pino';
import { announce } from './announce.ts';
import { readOrMakeSecret } from './data-folder.ts';
import type { ServerEnv } from './env.ts';
import { useOutboundProxy } from './outbound-proxy.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { version } from './version.ts';

const WEB_ROOT = fileURLToPath(new URL('../../web/dist', import.meta.url));

const NOT_SEEDED =
  'AURA_SEED=true made no users, because this database has some already: sign in as one of them, and take AURA_SEED out. ' +
  'First users are made on an empty database alone.';

/** Starts a server and says where it is; it then runs until a signal stops it. */
export async function start(env: ServerEnv): Promise<void> {
  await using stack = new AsyncDisposableStack();
  if (env.proxy !== null) useOutboundProxy(env.proxy);
  const log = pino({ name: 'aura', level: env.logLevel });
  for (const warning of env.warnings) log.warn(warning);
  const config: BackendConfig = {
    environment: env.environment,
    version,
    database:
      env.databaseUrl === null
        ? { kind: 'pglite', dataDir: env.dataDir }
        : { kind: 'postgres', url: env.databaseUrl },
    blobs: { kind: 'folder', folder: env.blobDir },
    redisUrl: env.redisUrl,
    jwtSecret: env.jwtSecret ?? (await readOrMakeSecret(env.dataDir)),
    gatewaySecret: env.gatewaySecret,
    allowedOrigins: env.allowedOrigins,
    allowedHosts: null,
    trustedProxies: env.trustedProxies,
    isRegistrationOpen: env.isRegistrationOpen,
    allowsAnonymous: env.allowsAnonymous,
    model: await modelOf(env, stack),
    rateLimits: env.rateLimits,
    ...env.auth,
    ...env.limits,
  };
  const backend = stack.use(await createBackend(config, { log }));
  const webRoot = existsSync(join(WEB_ROOT, 'index.html')) ? WEB_ROOT : null;
  const serves = env.isWeb ? 'everything' : 'probes';
  const server = stack.use(
    await createHttpServer(backend, { host: env.host, port: env.port, webRoot, serves }),
  );
  const parts = stack.move();
  // Before anybody can have seen it ready and tell it to stop.
  stopOnSignals({
    log,
    server,
    hasOtherNodes: env.redisUrl !== null,
    close: async () => await parts.disposeAsync(),
  });
  // After it listens: a start on a port that is taken must not make users whose passwords nobody gets to see, nor take
  // runs and drop them.
  const seeded = env.seeding === 'off' ? [] : await seedUsers(backend);
  if (env.isWorker) await backend.start();
  announce({ env, url: server.url, seeded, hasWebApp: webRoot !== null });
  if (env.seeding === 'asked' && seeded.length === 0) log.warn(NOT_SEEDED);
  // After the passwords have been shown, whatever becomes of the rooms.
  await seedRooms(backend, seeded);
}

/** The configured model, or the offline one, in this process and on the loopback interface alone. */
async function modelOf({ openai }: ServerEnv, stack: AsyncDisposableStack): Promise<ModelConfig> {
  if (openai !== null) return openai;
  const offline = stack.use(await startOfflineModel());
  return { baseUrl: offline.url, apiKey: 'offline', models: ['aura-offline', 'aura-offline-mini'] };
}
