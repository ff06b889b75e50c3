import {
  apiKeyViewSchema,
  authResultSchema,
  createApiKeyInputSchema,
  createApiKeyOutputSchema,
  identityViewSchema,
  loginInputSchema,
  refreshInputSchema,
  registerInputSchema,
  revokeApiKeyInputSchema,
  revokeSessionInputSchema,
  sessionViewSchema,
  socketTicketSchema,
  switchTenantInputSchema,
} from '@aura/contract';
import { z } from 'zod';
import { nothingSchema, personProcedure, publicProcedure, router, userProcedure } from '../../trpc/trpc.ts';
import { accountAnswer, bearerAnswer, LOGIN, pairAnswer, REGISTER } from './account-wire.ts';
import { createApiKey } from './create-api-key.ts';
import { createSocketTicket } from './create-socket-ticket.ts';
import { listApiKeys } from './list-api-keys.ts';
import { listSessions } from './list-sessions.ts';
import { login } from './login.ts';
import { logoutAll } from './logout-all.ts';
import { logout } from './logout.ts';
import { me } from './me.ts';
import { refresh } from './refresh.ts';
import { register } from './register.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { revokeSession } from './revoke-session.ts';
import { switchTenant } from './switch-tenant.ts';
import { ticketAnswer } from './ticket-wire.ts';

export const authRouter = router({
  register: publicProcedure
    .meta({
      rest: [
        { method: 'POST', path: '/api/v1/auth/register', answer: bearerAnswer, ...REGISTER },
        { method: 'POST', path: '/auth/register', answer: pairAnswer, ...REGISTER },
      ],
    })
    .input(registerInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await register(ctx, input)),
  login: publicProcedure
    .meta({
      rest: [
        { method: 'POST', path: '/api/v1/auth/login', answer: bearerAnswer, ...LOGIN },
        { method: 'POST', path: '/auth/login', answer: pairAnswer, ...LOGIN },
      ],
    })
    .input(loginInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await login(ctx, input)),
  refresh: publicProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/auth/refresh',
        summary: 'Trades a refresh token, which is good for one use, for a new pair',
        names: { refresh_token: 'refreshToken' },
        answer: pairAnswer,
      },
    })
    .input(refreshInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await refresh(ctx, input)),
  logout: personProcedure
    .meta({ rest: { method: 'POST', path: '/auth/logout', summary: 'Ends the session' } })
    .output(nothingSchema)
    .mutation(async ({ ctx }) => await logout(ctx)),
  logoutAll: personProcedure.output(nothingSchema).mutation(async ({ ctx }) => await logoutAll(ctx)),
  me: userProcedure
    .meta({
      rest: [
        { method: 'GET', path: '/api/v1/auth/me', summary: 'Who is signed in', answer: accountAnswer },
        { method: 'GET', path: '/user/me', summary: 'Who is signed in', answer: accountAnswer },
      ],
    })
    .output(identityViewSchema)
    .query(async ({ ctx }) => await me(ctx)),
  sessions: personProcedure
    .output(z.array(sessionViewSchema))
    .query(async ({ ctx }) => await listSessions(ctx)),
  revokeSession: personProcedure
    .input(revokeSessionInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await revokeSession(ctx, input)),
  switchTenant: personProcedure
    .input(switchTenantInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await switchTenant(ctx, input)),
  createApiKey: personProcedure
    .input(createApiKeyInputSchema)
    .output(createApiKeyOutputSchema)
    .mutation(async ({ ctx, input }) => await createApiKey(ctx, input)),
  apiKeys: personProcedure.output(z.array(apiKeyViewSchema)).query(async ({ ctx }) => await listApiKeys(ctx)),
  revokeApiKey: personProcedure
    .input(revokeApiKeyInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await revokeApiKey(ctx, input)),
  socketTicket: personProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/chat/v1/ticket',
        summary: 'Makes a ticket for one chat socket, good for 30 s',
        status: 201,
        answer: ticketAnswer,
      },
    })
    .output(socketTicketSchema)
    .mutation(async ({ ctx }) => await createSocketTicket(ctx)),
});
