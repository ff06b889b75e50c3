import type { ApiKeyScope, OAuthProviderName, Role } from '@aura/contract';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { BackendConfig } from './config.ts';
import type { Database } from './db/database.ts';
import type { AccessTokens } from './features/auth/access-tokens.ts';
import type { Actor } from './features/auth/actor.ts';
import type { ApiKeyVerifier } from './features/auth/api-key-verifier.ts';
import type { DevelopmentUser } from './features/auth/development-user.ts';
import type { ExternalTokens } from './features/auth/external-tokens.ts';
import type { LegacyTokens } from './features/auth/legacy-tokens.ts';
import type { OAuthStates } from './features/auth/oauth-states.ts';
import type { PasswordHasher } from './features/auth/password-hasher.ts';
import type { RefreshTokens } from './features/auth/refresh-tokens.ts';
import type { SessionWatch } from './features/auth/session-watch.ts';
import type { BlobPort } from './ports/blobs.ts';
import type { JobPort } from './ports/jobs.ts';
import type { OAuthProvider } from './ports/oauth-provider.ts';
import type { ModelPort } from './ports/model.ts';
import type { RateLimits } from './ports/rate-limits.ts';
import type { Runner } from './features/agent/runner.ts';
import type { ToolRegistry } from './features/agent/tool-registry.ts';
import type { AttachmentUrls } from './features/chat/attachment-urls.ts';
import type { MessageWriter } from './features/chat/message-writer.ts';
import type { RoomItems } from './features/chat/room-items.ts';
import type { RoomMoments } from './features/chat/room-moments.ts';
import type { RoomPulses } from './features/chat/room-pulses.ts';
import type { CodePolicy } from './features/hitl/tool-policy.ts';
import type { Bus } from './realtime/bus.ts';
import type { GroupWriter } from './realtime/group-writer.ts';
import type { Hub } from './realtime/hub.ts';
import type { PageReader } from './realtime/page-reader.ts';
import type { Presence } from './realtime/presence.ts';
import type { SocketFlow } from './realtime/socket-flow.ts';

/** The parts of a running backend that use cases work with. Made once, by `createBackend`. */
export interface Core {
  config: BackendConfig;
  /** Names this process among nodes; new at every start. */
  nodeId: string;
  log: Logger;
  clock: Clock;
  database: Database;
  bus: Bus;
  hub: Hub;
  pageReader: PageReader;
  groupWriter: GroupWriter;
  /** Posts messages in rooms. */
  messageWriter: MessageWriter;
  presence: Presence;
  /** Who is typing and who is online, room by room. */
  roomMoments: RoomMoments;
  /** What lists of rooms must be told, room by room. */
  roomPulses: RoomPulses;
  /** Rooms as their members' lists show them. */
  roomItems: RoomItems;
  accessTokens: AccessTokens;
  /** Null: only tokens of our own making are accepted. */
  legacyTokens: LegacyTokens | null;
  /** Signs addresses of attachments. */
  attachmentUrls: AttachmentUrls;
  apiKeys: ApiKeyVerifier;
  externalTokens: ExternalTokens;
  /** With whom people may sign in. */
  oauthProviders: ReadonlyMap<OAuthProviderName, OAuthProvider>;
  oauthStates: OAuthStates;
  refreshTokens: RefreshTokens;
  passwordHasher: PasswordHasher;
  sessionWatch: SessionWatch;
  /** Null: nobody counts. */
  rateLimits: RateLimits | null;
  /** Set where callers need no token (REQUIRE_AUTH=false); never in production. */
  developmentUser: DevelopmentUser | null;
  model: ModelPort;
  tools: ToolRegistry;
  jobs: JobPort;
  /** The bytes of attachments. */
  blobs: BlobPort;
  /** Rules in code about which calls need a person; null: the tenants' rules and the defaults alone. */
  approvalPolicy: CodePolicy | null;
  runner: Runner;
}

/** What executing runs needs: everything but the runner itself. */
export type RunnerCore = Omit<Core, 'runner'>;

/** Who is calling, as the access token or the API key says. */
export interface Caller {
  userId: string;
  tenantId: string;
  role: Role;
  /** The session, or the API key: what `SessionWatch` knows the end of. */
  sessionId: string;
  /** Until when this is believed: the end of the access token. */
  expiresAt: Date;
  /** Null for a person's session, which may do all its role allows; an API key may do what its scopes name. */
  scopes: readonly ApiKeyScope[] | null;
  /** Who acts in the user's name, when it is not the user. */
  act?: Actor | undefined;
}

export interface RequestInfo {
  id: string;
  address: string | null;
  userAgent: string | null;
}

/** Where a browser in cookie mode keeps its refresh token, out of reach for every script. */
export interface RefreshCookie {
  read(): string | null;
  write(token: string, expiresAt: Date): void;
  clear(): void;
}

/** What every procedure gets. */
export interface RequestContext extends Core {
  caller: Caller | null;
  request: RequestInfo;
  /** Set on WebSocket connections. */
  flow: SocketFlow | null;
  /** Set in cookie mode: then the refresh token goes there, and never into an answer. */
  refreshCookie?: RefreshCookie | undefined;
}

/** What a procedure that needs a signed-in caller gets; use cases take this. */
export interface CallerContext extends RequestContext {
  caller: Caller;
}
