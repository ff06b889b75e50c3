import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import type { Core } from '../../context.ts';

const CHECK_DEADLINE_MS = 1_000;

interface Options {
  core: Pick<Core, 'database' | 'bus'>;
  isDraining(): boolean;
}

type State = 'ok' | 'down';

/**
 * Open to probes: `/livez` says that the process answers, `/readyz` that it can do its work, and if not, which part
 * is down.
 */
export async function healthRoutes(app: FastifyInstance, { core, isDraining }: Options): Promise<void> {
  let checking: Promise<{ database: State; bus: State }> | null = null;
  /** Shared by all who ask at once, so that probing cannot become load. */
  const check = async (): Promise<{ database: State; bus: State }> => {
    checking ??= Promise.all([
      stateOf(sql`select 1`.execute(core.database.db)),
      stateOf(core.bus.check()),
    ]).then(([database, bus]) => ({ database, bus }));
    try {
      return await checking;
    } finally {
      checking = null;
    }
  };

  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    if (isDraining()) return await reply.code(503).send({ status: 'draining' });
    const checks = await check();
    const isReady = checks.database === 'ok' && checks.bus === 'ok';
    return await reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'unavailable', checks });
  });
}

async function stateOf(work: Promise<unknown>): Promise<State> {
  const { promise: deadline, resolve } = Promise.withResolvers<State>();
  const timer = setTimeout(() => resolve('down'), CHECK_DEADLINE_MS);
  const state = work.then(
    (): State => 'ok',
    (): State => 'down',
  );
  try {
    return await Promise.race([state, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
