import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';

export interface ServiceOwner extends AsyncDisposable {
  /** Of the service it started. */
  readonly url: string;
  /** SIGKILL: the owner gets no chance to stop its service. */
  kill(): Promise<void>;
}

/** Runs `(await import(module))[start]()` in a Node process of its own. */
export async function startServiceOwner(module: string, start: string): Promise<ServiceOwner> {
  const source = `
    const service = await (await import(${JSON.stringify(module)}))[${JSON.stringify(start)}]();
    console.log(service.url);
  `;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(owner, 'exit');
  const lines = createInterface({ input: owner.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error(`${start} printed no address before it ended.`)));
  });

  async function kill(): Promise<void> {
    owner.kill('SIGKILL');
    await exited;
  }
  return { url, kill, [Symbol.asyncDispose]: kill };
}

/** Whether anything accepts connections at the host and port of `url`. */
export async function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
