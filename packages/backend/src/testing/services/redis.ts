import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { findOrInstallProgram } from './install-package.ts';
import { startOwnedProcess } from './owned-process.ts';
import { isDockerRunning, startRedisContainer } from './redis-container.ts';

export interface TestRedis extends AsyncDisposable {
  /** `redis://127.0.0.1:<port>`. The same after a restart. */
  readonly url: string;
  readonly pid: number;
  /** Freezes the server: it keeps its sockets and answers nothing. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Kills the server and starts an empty one on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** `cluster`: a node of a cluster, of which it is all there is once it has been given the slots. Not in a container. */
  mode?: 'single' | 'cluster';
}

/**
 * Starts an empty Redis or Valkey that persists nothing and dies with this process: from PATH, else installed with
 * apt-get (root on Debian), else in a container. Rejects with what to install.
 */
export async function startRedis({ mode = 'single' }: RedisOptions = {}): Promise<TestRedis> {
  const search = await findOrInstallProgram({
    commands: ['redis-server', 'valkey-server'],
    debianPackages: ['redis-server'],
  });
  const folder = await mkdtemp(join(tmpdir(), 'aura-redis-'));
  try {
    if (search.kind === 'found') return await startRedisProgram(search.path, folder, mode);
    if (mode === 'single' && (await isDockerRunning())) return await startRedisContainer(folder);
  } catch (err) {
    await rm(folder, { recursive: true, force: true });
    throw err;
  }
  await rm(folder, { recursive: true });
  throw new Error(
    `The tests need Redis 7 or Valkey: ${search.reason}, and no Docker is running. Install it ` +
      '(Debian, Ubuntu: `apt-get install redis-server`; Fedora: `dnf install valkey`; macOS: `brew install redis`) ' +
      'or start Docker, then run the tests again.',
  );
}

/** One node; whoever starts it gives it the slots. It keeps them over a restart. */
async function clusterArgs(): Promise<string[]> {
  const port = String(await freePort());
  return ['--cluster-enabled', 'yes', '--cluster-port', port, '--cluster-announce-ip', '127.0.0.1'];
}

async function startRedisProgram(
  program: string,
  folder: string,
  mode: 'single' | 'cluster',
): Promise<TestRedis> {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
    ...(mode === 'cluster' ? await clusterArgs() : []),
  ];
  const start = () =>
    startOwnedProcess(program, args, {
      folder,
      readyText: 'Ready to accept connections',
      readyTimeoutMs: 30_000,
      abandonSignal: 'KILL',
    });
  let server = await start();

  async function stop(): Promise<void> {
    // Nothing is persisted, and a paused server would not react to a milder signal.
    await server.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return server.pid;
    },
    pause: async () => server.signal('SIGSTOP'),
    resume: async () => server.signal('SIGCONT'),
    async restart() {
      await server.end('SIGKILL');
      server = await start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
