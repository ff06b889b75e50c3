export { type OfflineModel, type OfflineModelOptions, startOfflineModel } from './server.ts';
export type { RecordedRequest } from './request-log.ts';
export type { ChatMessage, ToolCall } from './wire-messages.ts';
