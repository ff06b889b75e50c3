// The package's entry: what `apps/server` is made of, and the type that clients are made from.
export type { AppRouter } from './app-router.ts';
export type {
  BackendConfig,
  Budgets,
  IdentityIssuer,
  ModelConfig,
  RateLimitConfig,
  TokenRate,
} from './config.ts';
export { type Backend, type BackendOverrides, createBackend } from './create-backend.ts';
export {
  defineQuestion,
  defineTool,
  type Tool,
  type ToolContext,
  ToolInputError,
  type ToolOutcome,
} from './features/agent/tool.ts';
export { seedRooms } from './features/chat/seed-rooms.ts';
export { type SeededUser, seedUsers } from './features/auth/seed-users.ts';
export { StartError } from './start-error.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './transports/http-server.ts';
