import { type ServerProcess, startServerProcess } from '../../src/server-process.ts';
import { pause } from './wait.ts';

export type NodeState = 'starting' | 'up' | 'frozen';

/** One server of the cluster, which always comes back. Faults answer false when it is in no state to suffer them. */
export interface ChaosNode extends AsyncDisposable {
  readonly state: NodeState;
  /** How long each of its starts took. */
  readonly startsMs: readonly number[];
  /** Null while it is starting. */
  readonly port: number | null;
  /** SIGKILL; it starts again at once. Resolves when it is gone. */
  kill(): Promise<boolean>;
  /** SIGSTOP, and SIGCONT after `forMs` or when `signal` aborts. Resolves when it is stopped. */
  freeze(forMs: number, signal: AbortSignal): boolean;
  /** Resolves when it serves. Rejects when it does not come up again and again. */
  ready(): Promise<void>;
}

const MAX_STARTS = 8;

export function createNode(env: () => Record<string, string>, onPrint: (text: string) => void): ChaosNode {
  let state: NodeState = 'starting';
  let server: ServerProcess | null = null;
  const ending = new AbortController();
  const startsMs: number[] = [];

  /** A database that is away for a moment is a reason not to come up; not to stay down. */
  const start = async (): Promise<void> => {
    for (let tries = 1; !ending.signal.aborted; tries++) {
      try {
        server = await startServerProcess(env(), { onPrint });
        startsMs.push(server.readyMs);
        state = 'up';
        return;
      } catch (err) {
        if (tries === MAX_STARTS) throw err;
        await pause(250, ending.signal);
      }
    }
  };
  let starting = start();
  starting.catch(() => {});

  return {
    startsMs,
    get state() {
      return state;
    },
    get port() {
      return server === null ? null : Number(new URL(server.url).port);
    },
    async kill() {
      if (state !== 'up' || server === null) return false;
      state = 'starting';
      const dying = server;
      server = null;
      await dying.kill();
      starting = start();
      starting.catch(() => {});
      return true;
    },
    freeze(forMs, signal) {
      if (state !== 'up' || server === null) return false;
      state = 'frozen';
      const frozen = server;
      frozen.signal('SIGSTOP');
      void pause(forMs, signal).then(() => {
        frozen.signal('SIGCONT');
        if (state === 'frozen') state = 'up';
      });
      return true;
    },
    ready: async () => await starting,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await starting.catch(() => {});
      server?.signal('SIGCONT');
      await server?.kill();
    },
  };
}
