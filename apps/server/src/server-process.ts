import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bareEnv } from './env.ts';

/** A server in a process of its own, as `npm start` runs it: for the demonstration and the crash campaign. */
export interface ServerProcess extends AsyncDisposable {
  url: string;
  /** From the start of the process until it answered; milliseconds. */
  readyMs: number;
  /** What it has printed so far. */
  output(): string;
  /** Sends a signal and does not wait. */
  signal(name: NodeJS.Signals): void;
  /** Its exit code once it is gone, null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** SIGKILL: no chance to tidy up. Resolves when it is gone. */
  kill(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const READY_TIMEOUT_MS = 30_000;

/**
 * Starts a server with the settings in `env` and no others; `onPrint` hears what it prints. Rejects with what it printed
 * when it does not get ready.
 */
export async function startServerProcess(
  env: Record<string, string>,
  { onPrint = () => {} }: { onPrint?: (text: string) => void } = {},
): Promise<ServerProcess> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'start'], {
    env: { ...bareEnv(), PORT: '0', ...env },
    // Not the checkout, whose `.env` may name a real database and a real model.
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const collect = (chunk: Buffer): void => {
    const text = chunk.toString();
    printed = (printed + text).slice(-100_000);
    onPrint(text);
  };
  const exited = once(child, 'exit').then(() => child.exitCode);
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const url = await readyUrl(child, () => printed);
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return {
    url,
    readyMs: Math.round(performance.now() - startedAt),
    output: () => printed,
    signal: (name) => void child.kill(name),
    exited,
    kill: async () => await end('SIGKILL'),
    [Symbol.asyncDispose]: async () => await end('SIGTERM'),
  };
}

async function readyUrl(child: ChildProcess, printed: () => string): Promise<string> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const url = /Aura is ready.*?(https?:\/\/[\w.[\]:-]+:\d+)/.exec(printed())?.[1];
    if (url !== undefined && (await isReady(url))) return url;
    await pause(25);
  }
  child.kill('SIGKILL');
  throw new Error(`The server did not get ready. It printed:\n${printed()}`);
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
  return answer?.ok === true;
}
