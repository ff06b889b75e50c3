// The package's entry: every input, view, event, error code and reducer that both ends share.
export * from './account.ts';
export * from './agent.ts';
export * from './approval.ts';
export * from './approval-list-state.ts';
export * from './auth.ts';
export * from './conversation.ts';
export * from './conversation-list-state.ts';
export * from './conversation-state.ts';
export * from './cursor.ts';
export * from './errors.ts';
export * from './hitl.ts';
export * from './memory.ts';
export * from './primitives.ts';
export * from './run-events.ts';
export * from './run-feed.ts';
export * from './run-state.ts';
export * from './tool.ts';
