import type { HttpServer } from '@aura/backend';
import type { Logger } from 'pino';

/** Long enough for a balancer to notice, and for sockets to move one after the other. */
const HANDOVER_MS = 5_000;
const HARD_EXIT_MS = 25_000;

interface Stopping {
  log: Logger;
  server: HttpServer;
  /** Without any there is nowhere to hand over to, and no reason to take long. */
  hasOtherNodes: boolean;
  close: () => Promise<void>;
}

/**
 * SIGTERM and SIGINT drain: not ready any more, sockets handed over, runs ended, pools closed, then exit. A second
 * signal exits at once, and so does the process when draining takes longer than 25 s. `kill -9` must be as safe.
 */
export function stopOnSignals({ log, server, hasOtherNodes, close }: Stopping): void {
  let isStopping = false;
  const stop = (signal: string): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), HARD_EXIT_MS).unref();
    drain({ server, hasOtherNodes, close }).then(
      () => process.exit(0),
      (err: unknown) => {
        log.fatal({ err }, 'could not stop properly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const die = (err: unknown): void => {
    log.fatal({ err }, 'a bug: this should have been caught');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}

async function drain({ server, hasOtherNodes, close }: Omit<Stopping, 'log'>): Promise<void> {
  await server.drain({ handoverMs: hasOtherNodes && server.socketCount > 0 ? HANDOVER_MS : 0 });
  await close();
}
