import {
  type AccountFeedEvent,
  type ApprovalInboxEvent,
  type ApprovalView,
  type ConversationFeedEvent,
  conversationEventsInputSchema,
  conversationRefSchema,
  type CreateConversationOutput,
  createConversationInputSchema,
  type ErrorData,
  formatCursor,
  listApprovalsInputSchema,
  type ListApprovalsOutput,
  listConversationsInputSchema,
  type ListConversationsOutput,
  listMessagesInputSchema,
  listRoomMessagesInputSchema,
  type ListMessagesOutput,
  loginInputSchema,
  markReadInputSchema,
  type ModelView,
  postMessageInputSchema,
  reactionInputSchema,
  refreshInputSchema,
  registerInputSchema,
  resumeSchema,
  type RoomEphemeralEvent,
  roomEventsInputSchema,
  type RoomFeedEvent,
  type RoomInboxEvent,
  type RoomListItem,
  roomMessageRefSchema,
  roomRefSchema,
  type RunFeedEvent,
  runEventsInputSchema,
  runRefSchema,
  type RunState,
  type RunView,
  sendMessageInputSchema,
  setTypingInputSchema,
  switchTenantInputSchema,
  updateConversationInputSchema,
} from '@aura/contract';
import { initTRPC, tracked, TRPCError } from '@trpc/server';
import { randomUUID } from 'node:crypto';
import { type EventEmitter, on } from 'node:events';
import { type WireAuth, WireError } from './wire-auth.ts';
import { EPOCH, type WireLog } from './wire-log.ts';
import type { WireRoom } from './wire-room.ts';

/** What the router works on; one per server. */
export interface WireWorld {
  auth: WireAuth;
  logs: Map<string, WireLog>;
  rooms: Map<string, WireRoom>;
  /** The rooms as their reader's list has them. */
  roomList: RoomListItem[];
  /** Events for whoever follows the list of rooms, or a room's presence, now. */
  hints: EventEmitter<{ inbox: [RoomInboxEvent]; presence: [RoomEphemeralEvent] }>;
  /** What `setTyping` and `markRead` were called with. */
  told: unknown[];
  /** What each clientId was answered with. */
  sent: Map<string, { messageId: string; runId: string }>;
  /** Thrown once each by the next subscriptions, before their first event. */
  feedFaults: WireError[];
  /** The conversations whose events were subscribed to, one entry per subscription. */
  feeds: string[];
  /** What the user may decide. */
  approvals: ApprovalView[];
  /** Events for whoever follows the inbox now. */
  inbox: EventEmitter<{ event: [ApprovalInboxEvent] }>;
}
export interface WireContext {
  world: WireWorld;
  accessToken: string | undefined;
}

const t = initTRPC.context<WireContext>().create({
  isDev: false,
  errorFormatter({ shape, error }) {
    const code = error.cause instanceof WireError ? error.cause.code : 'INTERNAL';
    const aura: ErrorData = { code, requestId: 'test' };
    return { ...shape, data: { code: shape.data.code, httpStatus: shape.data.httpStatus, aura } };
  },
});
const coded = t.procedure.use(async ({ next }) => {
  const result = await next();
  const cause = result.ok ? undefined : result.error.cause;
  if (!(cause instanceof WireError)) return result;
  throw new TRPCError({ code: 'BAD_REQUEST', cause });
});
const signedIn = coded.use(({ ctx, next }) =>
  next({ ctx: { identity: ctx.world.auth.verify(ctx.accessToken) } }),
);

function logOf(world: WireWorld, conversationId: string): WireLog {
  const log = world.logs.get(conversationId);
  if (log === undefined) throw new WireError('NOT_FOUND');
  return log;
}
function roomOf(world: WireWorld, roomId: string): WireRoom {
  const room = world.rooms.get(roomId);
  if (room === undefined) throw new WireError('FORBIDDEN');
  return room;
}
/** The answer of procedures that these tests reach for their type alone. */
const absent = (): never => {
  throw new WireError('NOT_FOUND');
};

const inboxEvent = (event: RoomInboxEvent): RoomInboxEvent => event;
const presenceEvent = (event: RoomEphemeralEvent): RoomEphemeralEvent => event;

/** The procedures the client's own code calls, over the same wire as the real ones, on data in memory. */
export const wireRouter = t.router({
  auth: t.router({
    login: coded.input(loginInputSchema).mutation(({ ctx, input }) => ctx.world.auth.login(input.email)),
    register: coded
      .input(registerInputSchema)
      .mutation(({ ctx, input }) => ctx.world.auth.login(input.email)),
    refresh: coded
      .input(refreshInputSchema)
      .mutation(({ ctx, input }) => ctx.world.auth.refresh(input.refreshToken ?? '')),
    logout: signedIn.mutation(({ ctx }) => {
      ctx.world.auth.revoke(ctx.identity.sessionId);
      return {};
    }),
    logoutAll: signedIn.mutation(({ ctx }) => {
      ctx.world.auth.revoke(ctx.identity.sessionId);
      return {};
    }),
    me: signedIn.query(({ ctx }) => ctx.identity),
    switchTenant: signedIn.input(switchTenantInputSchema).mutation(({ ctx, input }) => {
      ctx.world.auth.revoke(ctx.identity.sessionId);
      return ctx.world.auth.login(ctx.identity.user.email, input.tenantId);
    }),
  }),
  conversation: t.router({
    create: signedIn.input(createConversationInputSchema).mutation((): CreateConversationOutput => absent()),
    list: signedIn.input(listConversationsInputSchema).query(({ ctx }): ListConversationsOutput => ({
      conversations: [...ctx.world.logs.values()].map(({ view }) => view),
      nextPage: null,
      cursor: formatCursor({ epoch: EPOCH, seq: 0 }),
    })),
    get: signedIn.input(conversationRefSchema).query(({ ctx, input }) => {
      const { state, cursor } = logOf(ctx.world, input.conversationId);
      return { state, cursor };
    }),
    update: signedIn
      .input(updateConversationInputSchema)
      .mutation(({ ctx, input }) => logOf(ctx.world, input.conversationId).view),
    delete: signedIn.input(conversationRefSchema).mutation(() => ({})),
    messages: signedIn
      .input(listMessagesInputSchema)
      .query((): ListMessagesOutput => ({ messages: [], hasMore: false })),
    send: signedIn.input(sendMessageInputSchema).mutation(({ ctx, input }) => {
      const earlier = ctx.world.sent.get(input.clientId);
      if (earlier !== undefined) return earlier;
      const event = logOf(ctx.world, input.conversationId).say(input.text, input.clientId);
      const messageId = event.type === 'message_created' ? event.data.message.id : '';
      const answer = { messageId, runId: randomUUID() };
      ctx.world.sent.set(input.clientId, answer);
      return answer;
    }),
    events: signedIn.input(conversationEventsInputSchema).subscription(async function* ({
      ctx,
      input,
      signal,
    }) {
      ctx.world.feeds.push(input.conversationId);
      const fault = ctx.world.feedFaults.shift();
      if (fault !== undefined) throw fault;
      const until = signal ?? new AbortController().signal;
      for await (const event of logOf(ctx.world, input.conversationId).follow(input.lastEventId, until)) {
        const feedEvent: ConversationFeedEvent = event;
        yield tracked(formatCursor({ epoch: EPOCH, seq: event.seq }), feedEvent);
      }
    }),
  }),
  agent: t.router({
    get: signedIn.input(runRefSchema).query((): { state: RunState; cursor: string } => absent()),
    stop: signedIn.input(runRefSchema).mutation((): RunView => absent()),
    models: signedIn.query((): ModelView[] => [{ id: 'aura-offline', isDefault: true }]),
    events: signedIn.input(runEventsInputSchema).subscription(async function* () {
      const next = (): RunFeedEvent => absent();
      yield tracked('none', next());
    }),
  }),
  chat: t.router({
    getRoom: signedIn.input(roomRefSchema).query(({ ctx, input }) => {
      const { state, cursor } = roomOf(ctx.world, input.roomId);
      return { state, cursor, readSeq: 1 };
    }),
    getThread: signedIn.input(roomMessageRefSchema).query(({ ctx, input }) => {
      const room = roomOf(ctx.world, input.roomId);
      return { state: room.thread(input.messageId), cursor: room.cursor };
    }),
    messages: signedIn
      .input(listRoomMessagesInputSchema)
      .query(({ ctx, input }) => roomOf(ctx.world, input.roomId).page(input)),
    postMessage: signedIn
      .input(postMessageInputSchema)
      .mutation(({ ctx, input }) => roomOf(ctx.world, input.roomId).post(input)),
    addReaction: signedIn.input(reactionInputSchema).mutation(({ ctx, input }) => {
      roomOf(ctx.world, input.roomId).react('reaction_added', ctx.identity.user.id, input);
      return {};
    }),
    removeReaction: signedIn.input(reactionInputSchema).mutation(({ ctx, input }) => {
      roomOf(ctx.world, input.roomId).react('reaction_removed', ctx.identity.user.id, input);
      return {};
    }),
    events: signedIn.input(roomEventsInputSchema).subscription(async function* ({ ctx, input, signal }) {
      if (signal === undefined) return;
      for await (const event of roomOf(ctx.world, input.roomId).follow(input.lastEventId, signal)) {
        const feedEvent: RoomFeedEvent = event;
        yield tracked(formatCursor({ epoch: EPOCH, seq: event.seq }), feedEvent);
      }
    }),
    inbox: signedIn.input(resumeSchema).subscription(async function* ({ ctx, signal }) {
      if (signal === undefined) return;
      const news = on(ctx.world.hints, 'inbox', { signal });
      const start: RoomInboxEvent = { type: 'reset', data: { rooms: ctx.world.roomList } };
      yield tracked('start', start);
      for await (const [event] of news) yield tracked('news', inboxEvent(event));
    }),
    ephemeral: signedIn.input(roomRefSchema).subscription(async function* ({ ctx, signal }) {
      if (signal === undefined) return;
      const news = on(ctx.world.hints, 'presence', { signal });
      const start: RoomEphemeralEvent = { type: 'now', data: { online: [], typing: [] } };
      yield tracked('start', start);
      for await (const [event] of news) yield tracked('news', presenceEvent(event));
    }),
    setTyping: signedIn.input(setTypingInputSchema).mutation(({ ctx, input }) => {
      ctx.world.told.push(input.isTyping);
      return {};
    }),
    markRead: signedIn.input(markReadInputSchema).mutation(({ ctx, input }) => {
      ctx.world.told.push(input.seq);
      return { readSeq: input.seq, headSeq: input.seq, unreadCount: 0, mentionCount: 0 };
    }),
  }),
  hitl: t.router({
    list: signedIn.input(listApprovalsInputSchema).query(({ ctx }): ListApprovalsOutput => ({
      approvals: ctx.world.approvals,
      nextPage: null,
      cursor: formatCursor({ epoch: EPOCH, seq: 0 }),
    })),
    inbox: signedIn.input(resumeSchema).subscription(async function* ({ ctx, signal }) {
      if (signal === undefined) return;
      for await (const [event] of on(ctx.world.inbox, 'event', { signal })) {
        const feedEvent: ApprovalInboxEvent = event;
        yield tracked(formatCursor({ epoch: EPOCH, seq: feedEvent.seq }), feedEvent);
      }
    }),
  }),
  account: t.router({
    events: signedIn.input(resumeSchema).subscription(async function* ({ signal }) {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      const event: AccountFeedEvent = { type: 'reset', seq: 0, data: {} };
      if (signal?.aborted !== true) yield tracked('none', event);
    }),
  }),
});
