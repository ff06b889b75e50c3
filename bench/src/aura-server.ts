import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AuraClient, createAuraClient, newClientId } from '@aura/client';
import { answers, type Child, startChild } from './child.ts';
import { CORES, onCore } from './cores.ts';

const MAIN = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url));
const URL_PATTERN = /http:\/\/127\.0\.0\.1:\d+/;

export interface AuraServerOptions {
  databaseUrl: string;
  modelUrl: string;
  /** Where Node leaves a CPU profile of the server when it stops; null: no profile. */
  profileDir: string | null;
}

/** The server as operators run it, in production mode, on PostgreSQL, pinned to its core. */
export async function startAuraServer({
  databaseUrl,
  modelUrl,
  profileDir,
}: AuraServerOptions): Promise<Child & { url: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'aura-bench-'));
  const profiling = profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const command = onCore(CORES?.server, [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    ...profiling,
    MAIN,
    'start',
  ]);
  const env = {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'warn',
    AURA_DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    JWT_SECRET: randomBytes(48).toString('base64'),
    OPENAI_BASE_URL: modelUrl,
    OPENAI_MODEL: 'aura-offline-mini',
    // Counted as ever, and not reached: one caller stands for many here.
    AURA_RATE_LIMITS: JSON.stringify({
      anonymous: '1000000/10s',
      signIn: '1000000/60s',
      user: '1000000/10s',
      tenant: '1000000/10s',
    }),
  };
  const child = await startChild(command, { cwd: dataDir, env }, async (output) => {
    const url = URL_PATTERN.exec(output)?.[0];
    return url !== undefined && (await answers(`${url}/readyz`));
  });
  return {
    ...child,
    url: URL_PATTERN.exec(child.output())?.[0] ?? '',
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** People who have just signed up, each with a client of their own. */
export async function signUp(url: string, count: number): Promise<AuraClient[]> {
  const clients = Array.from({ length: count }, () => createAuraClient({ url }));
  for (const client of clients) {
    await client.register({ email: `bench-${newClientId()}@aura.local`, password: `bench-${newClientId()}` });
  }
  return clients;
}
