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
 * when it does not get ready, and when `signal` aborts before it is; it is gone by then.
 */
export async function startServerProcess(
  env: Record<string, string>,
  { onPrint = () => {}, signal }: { onPrint?: (text: string) => void; signal?: AbortSignal } = {},
): Promise<ServerProcess> {
  signal?.throwIfAborted();
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
  const url = await readyUrl(child, { printed: () => printed, signal });
  if (url === null) {
    child.kill('SIGKILL');
    await exited;
    signal?.throwIfAborted();
    throw new Error(`${whyNotReady(startedAt)} It printed:\n${printed}`);
  }
  const end = async (name: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    child.kill(name);
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

/** Null when it has ended, the time is up, or the signal has aborted. */
async function readyUrl(
  child: ChildProcess,
  { printed, signal }: { printed: () => string; signal: AbortSignal | undefined },
): Promise<string | null> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  const isOver = (): boolean =>
    signal?.aborted === true || child.exitCode !== null || child.signalCode !== null;
  while (performance.now() < deadline && !isOver()) {
    const url = /Aura is ready.*?(https?:\/\/[\w.[\]:-]+:\d+)/.exec(printed())?.[1];
    if (url !== undefined && (await isReady(url))) return url;
    await pause(25);
  }
  return null;
}

function whyNotReady(startedAt: number): string {
  const waitedMs = performance.now() - startedAt;
  const seconds = Math.round(waitedMs / 1_000);
  if (waitedMs < READY_TIMEOUT_MS) return `The server ended after ${seconds} s without getting ready.`;
  return `The server did not get ready within ${seconds} s. If it says no reason, this machine may be too busy: try again.`;
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
  return answer?.ok === true;
}
