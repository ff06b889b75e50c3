import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuMsOf, treeOf, waitedMsOf } from './process-tree.ts';

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** What it has printed; the last 100,000 characters. */
  output(): string;
  /** Of it and everything it started; null where that cannot be told. */
  cpuMs(): number | null;
  /** How long it was ready to run while its core was busy with others; null where that cannot be told. */
  waitedMs(): number | null;
}

export interface ChildOptions {
  cwd: string;
  /** All it gets, beside PATH, HOME and TMPDIR. */
  env?: Record<string, string>;
}

const READY_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 10_000;

/** Starts a process and waits until `isReady`. Rejects with what it printed when it ends first or takes a minute. */
export async function startChild(
  [program, ...args]: [string, ...string[]],
  { cwd, env = {} }: ChildOptions,
  isReady: (output: string) => Promise<boolean>,
): Promise<Child> {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  const bare = { PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }) };
  const child = spawn(program, args, { cwd, env: { ...bare, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let printed = '';
  const collect = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-100_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await Promise.race([once(child, 'spawn'), exited]);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);

  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const end = async (): Promise<void> => {
    // Not the first alone: a command-line tool may leave what it started behind.
    const tree = treeOf(pid);
    if (!hasEnded()) signalAll(tree, 'SIGTERM');
    const timer = setTimeout(() => signalAll(tree, 'SIGKILL'), END_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  };
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await isReady(printed))) {
    if (hasEnded() || performance.now() > deadline) {
      await end();
      throw new Error(`${program} ${args.join(' ')} did not get ready. It printed:\n${printed}`);
    }
    await pause(25);
  }
  return {
    pid,
    output: () => printed,
    cpuMs: () => cpuMsOf(pid),
    waitedMs: () => waitedMsOf(pid),
    [Symbol.asyncDispose]: end,
  };
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended already.
    }
  }
}

/** Whether an HTTP server answers a GET with success within a second. */
export async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok === true;
}
