import {
  authResultSchema,
  identityViewSchema,
  loginInputSchema,
  refreshInputSchema,
  registerInputSchema,
  revokeSessionInputSchema,
  sessionViewSchema,
  switchTenantInputSchema,
} from '@aura/contract';
import { z } from 'zod';
import { nothingSchema, publicProcedure, router, userProcedure } from '../../trpc/trpc.ts';
import { listSessions } from './list-sessions.ts';
import { login } from './login.ts';
import { logoutAll } from './logout-all.ts';
import { logout } from './logout.ts';
import { me } from './me.ts';
import { refresh } from './refresh.ts';
import { register } from './register.ts';
import { revokeSession } from './revoke-session.ts';
import { switchTenant } from './switch-tenant.ts';

export const authRouter = router({
  register: publicProcedure
    .input(registerInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await register(ctx, input)),
  login: publicProcedure
    .input(loginInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await login(ctx, input)),
  refresh: publicProcedure
    .input(refreshInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await refresh(ctx, input)),
  logout: userProcedure.output(nothingSchema).mutation(async ({ ctx }) => await logout(ctx)),
  logoutAll: userProcedure.output(nothingSchema).mutation(async ({ ctx }) => await logoutAll(ctx)),
  me: userProcedure.output(identityViewSchema).query(async ({ ctx }) => await me(ctx)),
  sessions: userProcedure
    .output(z.array(sessionViewSchema))
    .query(async ({ ctx }) => await listSessions(ctx)),
  revokeSession: userProcedure
    .input(revokeSessionInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await revokeSession(ctx, input)),
  switchTenant: userProcedure
    .input(switchTenantInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await switchTenant(ctx, input)),
});
