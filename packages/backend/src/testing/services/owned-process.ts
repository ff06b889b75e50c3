import { spawn, type ChildProcess } from 'node:child_process';

export interface OwnedProcessOptions {
  /** Working folder; deleted by the guard if this process dies without ending the child. */
  folder: string;
  /** What the child prints once it serves. */
  readyText: string;
  readyTimeoutMs: number;
  /** What the guard sends to an abandoned child. */
  abandonSignal: 'QUIT' | 'KILL';
  /** A further command the guard runs for an abandoned child. */
  abandonCommand?: readonly string[];
  env?: Record<string, string>;
  /** The user to run as; needs root. */
  identity?: { uid: number; gid: number } | undefined;
}

export interface OwnedProcess {
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  /** Sends the signal and waits for the exit; after 10 s SIGKILL follows. Settles at once if the child is gone. */
  end(name: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a service that cannot outlive this process, however this process ends. A guard shell holds the other end of
 * a pipe; when the pipe closes (SIGKILL of this process included) the guard ends the child and deletes its folder.
 * Linux's parent-death signal would be shorter but fires when the spawning *thread* ends, and macOS has none.
 *
 * Resolves once the child has printed `readyText`; rejects with its last output if it exits first or takes too long.
 */
export async function startOwnedProcess(
  command: string,
  args: readonly string[],
  options: OwnedProcessOptions,
): Promise<OwnedProcess> {
  const child = spawn(command, args, {
    cwd: options.folder,
    ...(options.env && { env: options.env }),
    ...options.identity,
    // Its own process group: Ctrl-C in a terminal must reach the tests first, which then end their services.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const ready = untilReady(child, command, options);
  const { pid } = child;
  if (pid !== undefined) guard(pid, exited, options);

  async function end(name: NodeJS.Signals): Promise<void> {
    child.kill(name);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
  }

  try {
    await ready;
  } catch (err) {
    if (pid !== undefined) await end('SIGKILL');
    throw err;
  }
  if (pid === undefined) throw new Error(`${command} has no process id.`);
  return { pid, signal: (name) => void child.kill(name), end };
}

const guardScript = `
trap '' HUP INT TERM
while read -r _; do :; done
signal=$1 pid=$2 folder=$3
shift 3
kill -s "$signal" "$pid"
[ $# -eq 0 ] || "$@"
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -s 0 "$pid" && sleep 0.2; done
kill -s KILL "$pid"
rm -rf -- "$folder"
`;

function guard(pid: number, exited: Promise<void>, options: OwnedProcessOptions): void {
  const args = [options.abandonSignal, String(pid), options.folder, ...(options.abandonCommand ?? [])];
  const shell = spawn('/bin/sh', ['-c', guardScript, 'guard', ...args], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // A guard that stayed after its child might one day signal a stranger with the same process id.
  void exited.then(() => shell.kill('SIGKILL'));
}

function untilReady(child: ChildProcess, command: string, options: OwnedProcessOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (what: string, cause?: unknown) => {
      clearTimeout(timer);
      reject(new Error(`${command} ${what}. Its last output:\n${output}`, { cause }));
    };
    const timer = setTimeout(
      () => fail(`was not ready within ${options.readyTimeoutMs} ms`),
      options.readyTimeoutMs,
    );
    const read = (chunk: string) => {
      output = (output + chunk).slice(-8_192);
      if (!output.includes(options.readyText)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.once('error', (err) => fail('could not be started', err));
    child.once('close', (code, signal) => fail(`ended with ${signal ?? code}`));
  });
}
