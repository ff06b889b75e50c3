// The entry of `@aura/client/react`.
export type { ConnectionState } from '../connection-state.ts';
export type { Asked, DecisionActions, DecisionsById, DecisionState } from '../live/decisions.ts';
export type { LiveStatus } from '../live/live-status.ts';
export type { RoomMessageActions } from '../live/room-actions.ts';
export type {
  ConversationActions,
  ConversationSnapshot,
  PendingMessage,
} from '../live/shared-conversation.ts';
export type { RoomActions } from '../live/room-actions.ts';
export type { RoomDraft } from '../live/room-draft.ts';
export type { PendingRoomMessage, RoomSnapshot } from '../live/room-snapshot.ts';
export type { RunSnapshot } from '../live/shared-run.ts';
export type { ThreadSnapshot } from '../live/shared-thread.ts';
export type { SessionState } from '../session/session-state.ts';
export { AuraProvider, type AuraProviderProps, useAura } from './aura-provider.ts';
export type { Paging } from './paging-of.ts';
export { type ApprovalInbox, useApprovals } from './use-approvals.ts';
export { useConnection } from './use-connection.ts';
export { type LiveConversation, useConversation } from './use-conversation.ts';
export {
  type NewConversation,
  useCreateConversation,
  useDeleteConversation,
  useUpdateConversation,
} from './use-conversation-mutations.ts';
export { type ConversationList, useConversations } from './use-conversations.ts';
export { type DecisionsHandle, useDecisions } from './use-decisions.ts';
export { type Inbox, useInbox } from './use-inbox.ts';
export { useModels } from './use-models.ts';
export { type LiveRoom, useRoom } from './use-room.ts';
export { type RoomBans, useRoomBans } from './use-room-bans.ts';
export { useBan, useCreateRoom, useJoinRoom, useUnban, type NewRoom } from './use-room-mutations.ts';
export { type RoomPins, useRoomPins } from './use-room-pins.ts';
export { type RoomSearch, useRoomSearch } from './use-room-search.ts';
export { type RoomDirectory, useRooms } from './use-rooms.ts';
export { type LiveRun, useRun } from './use-run.ts';
export { useSession } from './use-session.ts';
export { type LiveThread, useThread } from './use-thread.ts';
export { useTools } from './use-tools.ts';
