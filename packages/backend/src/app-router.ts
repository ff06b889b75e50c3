import type { TRPCBuiltRouter, TRPCDecorateCreateRouterOptions } from '@trpc/server';
import { accountRouter } from './features/account/account-router.ts';
import { agentRouter } from './features/agent/agent-router.ts';
import { auditRouter } from './features/audit/audit-router.ts';
import { authRouter } from './features/auth/auth-router.ts';
import { chatRouter } from './features/chat/chat-router.ts';
import { conversationRouter } from './features/conversation/conversation-router.ts';
import { mcpRouter } from './features/mcp/mcp-router.ts';
import { memoryRouter } from './features/memory/memory-router.ts';
import { hitlRouter } from './features/hitl/hitl-router.ts';
import { serviceRouter } from './features/service/service-router.ts';
import { usageRouter } from './features/usage/usage-router.ts';
import { router, type RouterTypes } from './trpc/trpc.ts';

export interface Routes {
  account: typeof accountRouter;
  agent: typeof agentRouter;
  audit: typeof auditRouter;
  auth: typeof authRouter;
  chat: typeof chatRouter;
  conversation: typeof conversationRouter;
  hitl: typeof hitlRouter;
  mcp: typeof mcpRouter;
  memory: typeof memoryRouter;
  service: typeof serviceRouter;
  usage: typeof usageRouter;
}

/** Everything a client can call. Annotated, so that its declaration names the feature routers instead of copying them. */
export const appRouter: TRPCBuiltRouter<
  RouterTypes,
  TRPCDecorateCreateRouterOptions<Pick<Routes, keyof Routes>>
> = router({
  account: accountRouter,
  agent: agentRouter,
  audit: auditRouter,
  auth: authRouter,
  chat: chatRouter,
  conversation: conversationRouter,
  hitl: hitlRouter,
  mcp: mcpRouter,
  memory: memoryRouter,
  service: serviceRouter,
  usage: usageRouter,
});

export type AppRouter = typeof appRouter;
