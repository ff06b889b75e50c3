// The entry of `@aura/client/react`.
export type { ConnectionState } from '../connection-state.ts';
export type { PendingMessage } from '../live/outbox.ts';
export type { ConversationActions, ConversationSnapshot } from '../live/shared-conversation.ts';
export type { SessionState } from '../session/session-state.ts';
export { AuraProvider, type AuraProviderProps, useAura } from './aura-provider.ts';
export { useConnection } from './use-connection.ts';
export { type LiveConversation, useConversation } from './use-conversation.ts';
export {
  type NewConversation,
  useCreateConversation,
  useDeleteConversation,
  useUpdateConversation,
} from './use-conversation-mutations.ts';
export { type ConversationList, useConversations } from './use-conversations.ts';
export { useModels } from './use-models.ts';
export { useSession } from './use-session.ts';
