// The package's entry: the client, and every input, view, event, error code and reducer it speaks of. React hooks are
// at `@aura/client/react`.
export * from '@aura/contract';
export type { AppRouter } from '@aura/backend';
export { AuraError, type AuraErrorCode, type InputIssue, isTransient, toAuraError } from './aura-error.ts';
export { newClientId } from './client-id.ts';
export type { ConnectionState } from './connection-state.ts';
export { type AuraClient, type AuraClientOptions, createAuraClient } from './create-aura-client.ts';
export type { FollowOptions } from './feed/follow-conversation.ts';
export type { FollowRoomOptions } from './feed/follow-room.ts';
export type { FollowStatus } from './feed/follow-feed.ts';
export type { SessionActions } from './session/session-actions.ts';
export type { SessionState, SessionStore } from './session/session-state.ts';
export { type AuraStorage, memoryStorage } from './storage.ts';
export type { ReadableStore } from './store.ts';
export { REPEATABLE } from './transport/is-repeatable.ts';
export type { UploadOptions } from './transport/upload.ts';
export type { AuraTrpc } from './trpc.ts';
