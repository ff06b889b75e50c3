import { randomUUID } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { systemClock } from './clock.ts';
import { createBusReporter } from './bus-reporter.ts';
import type { BackendConfig } from './config.ts';
import type { Core, RunnerCore } from './context.ts';
import { assertReachable } from './db/assert-reachable.ts';
import { checkIsolation } from './db/check-isolation.ts';
import type { Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { openPglite } from './db/open-pglite.ts';
import { openPostgres } from './db/open-postgres.ts';
import { builtInTools } from './features/agent/built-in-tools.ts';
import { createRunner } from './features/agent/runner.ts';
import { createToolRegistry } from './features/agent/tool-registry.ts';
import { createAccessTokens } from './features/auth/access-tokens.ts';
import { createApiKeyVerifier } from './features/auth/api-key-verifier.ts';
import { ensureDevelopmentUser } from './features/auth/development-user.ts';
import { createExternalTokens } from './features/auth/external-tokens.ts';
import { createLegacyTokens } from './features/auth/legacy-tokens.ts';
import { createOAuthProviders } from './features/auth/oauth-providers.ts';
import { createOAuthStates } from './features/auth/oauth-states.ts';
import { createPasswordHasher } from './features/auth/password-hasher.ts';
import { createRefreshTokens } from './features/auth/refresh-tokens.ts';
import { createSessionWatch } from './features/auth/session-watch.ts';
import { createAttachmentUrls } from './features/chat/attachment-urls.ts';
import { createMessageWriter } from './features/chat/message-writer.ts';
import { createRoomFollowers } from './features/chat/room-followers.ts';
import { createRoomItems } from './features/chat/room-items.ts';
import { createRoomMoments } from './features/chat/room-moments.ts';
import { createRoomPulses } from './features/chat/room-pulses.ts';
import { approvalJobs } from './features/hitl/approval-jobs.ts';
import { createMcpTools } from './features/mcp/mcp-tools.ts';
import { upkeepJobs } from './features/upkeep/upkeep-jobs.ts';
import { jobHandlers } from './job-handlers.ts';
import { createGuardedFetch } from './ports/guarded-fetch.ts';
import { createFolderBlobs } from './ports/folder-blobs.ts';
import { createPgBossJobs } from './ports/pg-boss-jobs.ts';
import type { JobDatabase } from './ports/pg-boss-database.ts';
import { createOpenAiModel } from './ports/openai-model.ts';
import { createRateLimits, type RateLimits } from './ports/rate-limits.ts';
import type { Bus } from './realtime/bus.ts';
import { createGroupWriter } from './realtime/group-writer.ts';
import { createHub } from './realtime/hub.ts';
import { createInProcessBus } from './realtime/in-process-bus.ts';
import { createPageReader } from './realtime/page-reader.ts';
import { createPresence } from './realtime/presence.ts';
import { createRedisBus } from './realtime/redis-bus.ts';
import { secretRing } from './secret-ring.ts';

export interface Backend extends Core, AsyncDisposable {
  /** Starts executing runs on this node. A node that only serves requests never calls it. */
  start(): Promise<void>;
}

/** Parts a caller may bring instead of those the configuration asks for: tests, tools of its own. */
export type BackendOverrides = Partial<
  Pick<Core, 'log' | 'clock' | 'bus' | 'blobs' | 'model' | 'tools' | 'nodeId' | 'approvalPolicy'>
>;

/** Somebody waits for it to sign in. */
const IDENTITY_TIMEOUT_MS = 8_000;

/**
 * Opens the database, brings it up to date, checks that tenants are isolated in it and puts the parts together.
 * Rejects with a message that says what to do; whatever was opened by then is closed again.
 */
export async function createBackend(
  config: BackendConfig,
  overrides: BackendOverrides = {},
): Promise<Backend> {
  await using stack = new AsyncDisposableStack();
  const log = overrides.log ?? pino({ name: 'aura' });
  const nodeId = overrides.nodeId ?? randomUUID();
  const clock = overrides.clock ?? systemClock;
  const secrets = secretRing(config);

  if (config.allowsAnonymous === true && config.environment === 'production') {
    throw new Error('Production takes no callers without a token: allowsAnonymous must be off.');
  }
  const opened = await openDatabase(config, log);
  const database = stack.use(opened.database);
  if (database.kind === 'postgres') await assertReachable(database);
  await migrate(database);
  await checkIsolation(database);
  const jobs = stack.use(createPgBossJobs({ database: opened.jobDatabase, log }));
  await jobs.start();
  const bus = overrides.bus ?? stack.use(openBus(config, log));
  const mcpTools = stack.use(await createMcpTools({ config, database, bus, log }));
  const hub = stack.use(createHub({ database, bus, log, nodeId }));
  const groupWriter = stack.use(createGroupWriter({ database, hub }));
  const messageWriter = stack.use(createMessageWriter({ database, hub }));
  const sessionWatch = stack.use(await createSessionWatch({ database, bus, log }));

  const identityFetch = stack.use(
    createGuardedFetch({ allow: config.identityHttpAllow, totalTimeoutMs: IDENTITY_TIMEOUT_MS }),
  );

  const pageReader = createPageReader(database);
  const onError = (err: unknown): void => log.warn({ err }, 'presence');
  const presence = stack.use(createPresence({ bus, nodeId, clock, onError }));
  const followers = stack.use(createRoomFollowers({ hub, pageReader }));
  const roomMoments = stack.use(createRoomMoments({ database, bus, presence, followers, nodeId, onError }));
  const roomPulses = stack.use(createRoomPulses({ followers, onError }));

  const passwordHasher = createPasswordHasher({});
  const developmentUser =
    config.allowsAnonymous === true ? await ensureDevelopmentUser({ database, passwordHasher }) : null;
  const core: RunnerCore = {
    config,
    nodeId,
    log,
    clock,
    database,
    bus,
    hub,
    groupWriter,
    messageWriter,
    presence,
    roomMoments,
    roomPulses,
    roomItems: stack.use(createRoomItems({ database })),
    sessionWatch,
    rateLimits: stack.use(openRateLimits(config, log)),
    pageReader,
    accessTokens: createAccessTokens({ secrets, clock }),
    legacyTokens: config.legacyTokens
      ? createLegacyTokens({ config: config.legacyTokens, secrets, database, sessionWatch, clock })
      : null,
    apiKeys: stack.use(createApiKeyVerifier({ database, sessionWatch, clock, log })),
    externalTokens: createExternalTokens({
      issuers: config.identityIssuers ?? [],
      fetch: identityFetch.fetch,
      clock,
    }),
    oauthProviders: createOAuthProviders(config, identityFetch.fetch),
    oauthStates: createOAuthStates({ secrets, clock }),
    refreshTokens: createRefreshTokens({ secrets }),
    attachmentUrls: createAttachmentUrls({ secrets, clock }),
    passwordHasher,
    developmentUser,
    model: overrides.model ?? createOpenAiModel(config.model),
    tools: overrides.tools ?? createToolRegistry(builtInTools, [mcpTools]),
    jobs,
    blobs: overrides.blobs ?? createFolderBlobs(config.blobs.folder),
    approvalPolicy: overrides.approvalPolicy ?? null,
  };
  const runner = stack.use(createRunner(core));
  const parts = stack.move();
  return {
    ...core,
    runner,
    async start() {
      await runner.start();
      await jobs.work(jobHandlers({ ...core, runner }), [
        ...approvalJobs({ ...core, runner }),
        ...upkeepJobs(core),
      ]);
    },
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}

async function openDatabase(
  { database }: BackendConfig,
  log: Logger,
): Promise<{ database: Database; jobDatabase: JobDatabase }> {
  switch (database.kind) {
    case 'pglite': {
      const opened = await openPglite(database);
      return { database: opened, jobDatabase: { kind: 'pglite', pglite: opened.pglite } };
    }
    case 'postgres':
      return {
        database: openPostgres({
          url: database.url,
          onBrokenConnection: (err) => log.warn({ err }, 'a database connection broke'),
        }),
        jobDatabase: { kind: 'postgres', url: database.url },
      };
  }
}

function openRateLimits({ rateLimits, redisUrl }: BackendConfig, log: Logger): RateLimits | null {
  if (!rateLimits) return null;
  const onError = (err: Error): void => log.debug({ err: err.message }, 'redis for rate limits');
  return createRateLimits({ config: rateLimits, redisUrl, onError });
}

function openBus(config: BackendConfig, log: Logger): Bus {
  const { redisUrl } = config;
  if (redisUrl === null) {
    return createInProcessBus({ onError: (err) => log.error({ err }, 'a listener of the bus failed') });
  }
  const reporter = createBusReporter(log);
  const bus = createRedisBus(redisUrl, { secrets: secretRing(config), onError: reporter.onError });
  reporter.watch(bus);
  return bus;
}
