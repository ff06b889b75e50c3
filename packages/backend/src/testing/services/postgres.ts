import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { startOwnedProcess } from './owned-process.ts';
import { postgresIdentity, postgresPrograms, type Identity } from './postgres-programs.ts';

const run = promisify(execFile);
const env = { LC_ALL: 'C', TZ: 'UTC' };

export interface TestPostgresOptions {
  /** Default: a free one. */
  port?: number;
  /** True flushes to disk as in production; the default survives a crash of PostgreSQL but not of the machine. */
  durable?: boolean;
}

export interface TestPostgres extends AsyncDisposable {
  /** `postgres://…@127.0.0.1:<port>/postgres`, a superuser. The same after a restart. */
  readonly url: string;
  readonly pid: number;
  /** `fast` disconnects clients and shuts down cleanly; `immediate` is a crash and recovers from the log. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an empty PostgreSQL 18 cluster in a temporary folder. It dies with this process. Rejects with its output. */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const identity = await postgresIdentity();
  const folder = await ownFolder(identity);
  try {
    return await startIn(folder, identity, options);
  } catch (err) {
    await rm(folder, { recursive: true, force: true });
    throw err;
  }
}

async function startIn(
  folder: string,
  identity: Identity | undefined,
  { port: wantedPort, durable = false }: TestPostgresOptions,
): Promise<TestPostgres> {
  const programs = await postgresPrograms(folder, identity);
  const data = join(folder, 'data');
  const password = randomBytes(16).toString('hex');
  await createCluster(programs, { data, password, identity, durable });

  const port = wantedPort ?? (await freePort());
  const start = () =>
    startOwnedProcess(join(programs, 'postgres'), ['-D', data, '-p', String(port)], {
      folder,
      identity,
      env,
      readyText: 'database system is ready to accept connections',
      readyTimeoutMs: 30_000,
      abandonSignal: 'QUIT',
    });
  let server = await start();

  async function stop(): Promise<void> {
    await server.end('SIGQUIT');
    await rm(folder, { recursive: true, force: true });
  }

  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    get pid() {
      return server.pid;
    },
    async restart(mode) {
      await server.end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      server = await start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Cluster {
  data: string;
  password: string;
  identity: Identity | undefined;
  durable: boolean;
}

async function createCluster(programs: string, cluster: Cluster): Promise<void> {
  const { data, password, identity, durable } = cluster;
  const passwordFile = `${data}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (identity) await chown(passwordFile, identity.uid, identity.gid);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // The password is random; slow hashing would only make every connection slower.
    scram_iterations: '1',
    // Failed statements are the client's to report.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    // synchronous_commit stays on: what was acknowledged is found again after restart('immediate').
    ...(!durable && { fsync: 'off', full_page_writes: 'off' }),
  };
  await run(
    join(programs, 'initdb'),
    [
      `--pgdata=${data}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { cwd: join(data, '..'), env, ...identity, timeout: 60_000 },
  );
  await rm(passwordFile);
}

/** A new temporary folder that belongs to `identity` and that it can reach: root's TMPDIR may be closed to others. */
async function ownFolder(identity: Identity | undefined): Promise<string> {
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    const folder = await mkdtemp(join(parent, 'aura-postgres-'));
    if (!identity) return folder;
    await chown(folder, identity.uid, identity.gid);
    try {
      await run('test', ['-w', folder], { ...identity });
      return folder;
    } catch {
      await rm(folder, { recursive: true, force: true });
    }
  }
  throw new Error('PostgreSQL needs a temporary folder the user `nobody` can reach; set TMPDIR to one.');
}
