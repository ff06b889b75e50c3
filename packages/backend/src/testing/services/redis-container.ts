import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { startOwnedProcess } from './owned-process.ts';
import type { TestRedis } from './redis.ts';

const run = promisify(execFile);

/** Whether the `docker` command reaches a running engine. */
export async function isDockerRunning(): Promise<boolean> {
  try {
    await run('docker', ['version'], { timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

/** Redis 7 in a container. `pid` is that of the attached docker command; pausing goes through Docker. */
export async function startRedisContainer(folder: string): Promise<TestRedis> {
  const port = await freePort();
  const name = `aura-redis-${randomUUID()}`;
  const publish = ['run', '--rm', '--name', name, '--publish', `127.0.0.1:${port}:6379`];
  const remove = ['rm', '--force', name];
  const docker = (...args: string[]) => run('docker', args, { timeout: 60_000 });
  const attach = () =>
    startOwnedProcess(
      'docker',
      [...publish, 'redis:7-alpine', 'redis-server', '--save', '', '--appendonly', 'no'],
      {
        folder,
        readyText: 'Ready to accept connections',
        // The first start downloads the image.
        readyTimeoutMs: 300_000,
        abandonSignal: 'KILL',
        abandonCommand: ['docker', ...remove],
      },
    );
  const start = async () => {
    try {
      return await attach();
    } catch (err) {
      // The container outlives its attached command; removing one that never was created is no failure.
      await docker(...remove).catch(() => undefined);
      throw err;
    }
  };
  let client = await start();

  async function end(): Promise<void> {
    await docker(...remove);
    await client.end('SIGKILL');
  }

  async function stop(): Promise<void> {
    await end();
    await rm(folder, { recursive: true, force: true });
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return client.pid;
    },
    pause: async () => void (await docker('pause', name)),
    resume: async () => void (await docker('unpause', name)),
    async restart() {
      await end();
      client = await start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
