import type { AttachmentView, ConversationState, RunState } from '@aura/contract';
import { watchWakes } from './browser-events.ts';
import type { ConnectionState } from './connection-state.ts';
import { followConversation, type FollowOptions, followRun } from './feed/follow-conversation.ts';
import { type FollowRoomOptions, followRoom } from './feed/follow-room.ts';
import { createExclusive } from './session/exclusive.ts';
import { createSession } from './session/session.ts';
import { createSessionActions, type SessionActions } from './session/session-actions.ts';
import type { SessionStore } from './session/session-state.ts';
import { createSessionVault } from './session/session-vault.ts';
import { createTabChannel } from './session/tab-channel.ts';
import { type AuraStorage, browserStorage, memoryStorage } from './storage.ts';
import type { ReadableStore } from './store.ts';
import { createGuardedFetch } from './transport/guarded-fetch.ts';
import { REPEATABLE } from './transport/is-repeatable.ts';
import { createSocket } from './transport/socket.ts';
import { createUpload, type UploadOptions } from './transport/upload.ts';
import { type AuraTrpc, createSessionTrpc, createTrpc } from './trpc.ts';

export interface AuraClientOptions {
  /** Where Aura answers, e.g. `https://aura.example.com`. In a page it may be relative: `''` is the page's own site. */
  url: string;
  /** Where the login is kept. Default: localStorage in browsers, memory elsewhere. */
  storage?: AuraStorage;
  /** Default: the platform's. */
  WebSocket?: typeof globalThis.WebSocket;
  /** Default: the platform's. */
  fetch?: typeof globalThis.fetch;
}

export interface AuraClient extends SessionActions, AsyncDisposable {
  /** Every procedure, typed. The routers are at hand directly too: `client.conversation.send.mutate(…)`. */
  readonly trpc: AuraTrpc;
  readonly auth: AuraTrpc['auth'];
  readonly chat: AuraTrpc['chat'];
  readonly conversation: AuraTrpc['conversation'];
  readonly agent: AuraTrpc['agent'];
  readonly account: AuraTrpc['account'];
  readonly hitl: AuraTrpc['hitl'];
  readonly memory: AuraTrpc['memory'];
  readonly usage: AuraTrpc['usage'];
  readonly mcp: AuraTrpc['mcp'];
  readonly audit: AuraTrpc['audit'];
  /** Who is signed in. */
  readonly session: SessionStore;
  /** How the live connection stands. */
  readonly connection: ReadableStore<ConnectionState>;
  /** Keeps a conversation's state current: snapshot, events, resume. Resolves when it is over; never rejects. */
  followConversation(conversationId: string, options: FollowOptions<ConversationState>): Promise<void>;
  /** Keeps one run's state current until it has ended. Resolves then; never rejects. */
  followRun(runId: string, options: FollowOptions<RunState>): Promise<void>;
  /** Keeps a room's state current while its caller is in it. Resolves when it is over; never rejects. */
  followRoom(roomId: string, options: FollowRoomOptions): Promise<void>;
  /**
   * Brings a file into a room (`LIMITS.attachmentBytes` at most), to be sent with a message within a day. Rejects with an
   * AuraError.
   */
  uploadAttachment(roomId: string, file: Blob, options: UploadOptions): Promise<AttachmentView>;
  /** Closes the connection and stops all timers. The login stays in the storage. */
  close(): void;
}

/**
 * The refresh token may be answered with its successor for 10 s after it was used. A call whose answer got lost must
 * be given up and repeated within that time.
 */
const SESSION_CALL_TIMEOUT_MS = 8_000;

/**
 * A client of one server. It connects when it is first used; `close()` (or `await using`) ends its timers and sockets.
 * Throws `TypeError` when `url` is none, or relative outside a page.
 */
export function createAuraClient(options: AuraClientOptions): AuraClient {
  const base = new URL(options.url, globalThis.location?.href).href.replace(/\/+$/, '');
  const url = `${base}/trpc`;
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  const storage = options.storage ?? browserStorage();
  // A memory storage of our own is nobody else's: no need to ask, or tell, other tabs.
  const sharedName = storage === null ? null : `aura.session:${base}`;

  const sessionTrpc = createSessionTrpc({
    url,
    fetch: createGuardedFetch(fetch, { timeoutMs: SESSION_CALL_TIMEOUT_MS }),
  });
  const session = createSession({
    vault: createSessionVault(storage ?? memoryStorage(), `aura.session:${base}`),
    exclusive: createExclusive(sharedName),
    channel: createTabChannel(sharedName, (reason) => void session.sync(reason)),
    refresh: (refreshToken) => sessionTrpc.auth.refresh.mutate({ refreshToken }, REPEATABLE),
    now: Date.now,
  });
  const socket = createSocket({
    url: url.replace(/^http/, 'ws'),
    session,
    ...(options.WebSocket === undefined ? {} : { WebSocket: options.WebSocket }),
  });
  const trpc = createTrpc({ url, fetch: createGuardedFetch(fetch), session, socket });
  const stopWatchingWakes = watchWakes(() => void session.sync());

  const close = () => {
    stopWatchingWakes();
    socket.close();
    session.close();
  };
  return {
    ...createSessionActions(session, sessionTrpc),
    trpc,
    auth: trpc.auth,
    chat: trpc.chat,
    conversation: trpc.conversation,
    agent: trpc.agent,
    account: trpc.account,
    hitl: trpc.hitl,
    memory: trpc.memory,
    usage: trpc.usage,
    mcp: trpc.mcp,
    audit: trpc.audit,
    session: session.store,
    connection: socket.connection,
    followConversation: (conversationId, follow) => followConversation(trpc, conversationId, follow),
    followRun: (runId, follow) => followRun(trpc, runId, follow),
    followRoom: (roomId, follow) => followRoom(trpc, roomId, follow),
    uploadAttachment: createUpload({ base, fetch, session }),
    close,
    async [Symbol.asyncDispose]() {
      close();
    },
  };
}
