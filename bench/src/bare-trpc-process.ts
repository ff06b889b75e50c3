import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './child.ts';
import { CORES, onCore } from './cores.ts';

const MAIN = fileURLToPath(new URL('bare-trpc-main.ts', import.meta.url));
const ANNOUNCED = /(http:\/\/127\.0\.0\.1:\d+) (\S+)/;

/** A bare tRPC server in a process of its own, pinned to the core of servers under test; `token` opens it. */
export async function startBareTrpc(): Promise<Child & { url: string; token: string }> {
  const command = onCore(CORES?.server, [process.execPath, '--disable-warning=ExperimentalWarning', MAIN]);
  const env = { NODE_ENV: 'production' };
  const child = await startChild(command, { cwd: tmpdir(), env }, async (output) => ANNOUNCED.test(output));
  const [, url = '', token = ''] = ANNOUNCED.exec(child.output()) ?? [];
  return { ...child, url, token };
}
