import {
  acceptInvitationInputSchema,
  acceptInvitationOutputSchema,
  apiKeyViewSchema,
  authResultSchema,
  createApiKeyInputSchema,
  createApiKeyOutputSchema,
  exchangeInputSchema,
  finishOAuthInputSchema,
  finishOAuthOutputSchema,
  identityViewSchema,
  invitationViewSchema,
  inviteToTenantInputSchema,
  inviteToTenantOutputSchema,
  listMembersInputSchema,
  listMembersOutputSchema,
  loginInputSchema,
  mintInputSchema,
  refreshInputSchema,
  registerInputSchema,
  removeTenantMemberInputSchema,
  revokeApiKeyInputSchema,
  revokeInvitationInputSchema,
  revokeSessionInputSchema,
  sessionViewSchema,
  setTenantMemberRoleInputSchema,
  startOAuthInputSchema,
  startOAuthOutputSchema,
  socketTicketSchema,
  switchTenantInputSchema,
} from '@aura/contract';
import { z } from 'zod';
import {
  adminProcedure,
  nothingSchema,
  personProcedure,
  router,
  signInProcedure,
  userProcedure,
} from '../../trpc/trpc.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { accountAnswer, bearerAnswer, EXCHANGE, LOGIN, MINT, pairAnswer, REGISTER } from './account-wire.ts';
import { createApiKey } from './create-api-key.ts';
import { exchange } from './exchange.ts';
import { finishOAuth } from './finish-oauth.ts';
import { inviteToTenant } from './invite-to-tenant.ts';
import { createSocketTicket } from './create-socket-ticket.ts';
import { listApiKeys } from './list-api-keys.ts';
import { listInvitations } from './list-invitations.ts';
import { listMembers } from './list-members.ts';
import { listSessions } from './list-sessions.ts';
import { login } from './login.ts';
import { logoutAll } from './logout-all.ts';
import { logout } from './logout.ts';
import { me } from './me.ts';
import { mint } from './mint.ts';
import { refresh } from './refresh.ts';
import { register } from './register.ts';
import { removeTenantMember } from './remove-tenant-member.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { revokeInvitation } from './revoke-invitation.ts';
import { revokeSession } from './revoke-session.ts';
import { setTenantRole } from './set-tenant-role.ts';
import { startOAuth } from './start-oauth.ts';
import { switchTenant } from './switch-tenant.ts';
import { ticketAnswer } from './ticket-wire.ts';

export const authRouter = router({
  register: signInProcedure
    .meta({
      rest: [
        { method: 'POST', path: '/api/v1/auth/register', answer: bearerAnswer, ...REGISTER },
        { method: 'POST', path: '/auth/register', answer: pairAnswer, hasCookieMode: true, ...REGISTER },
      ],
    })
    .input(registerInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await register(ctx, input)),
  login: signInProcedure
    .meta({
      rest: [
        { method: 'POST', path: '/api/v1/auth/login', answer: bearerAnswer, ...LOGIN },
        { method: 'POST', path: '/auth/login', answer: pairAnswer, hasCookieMode: true, ...LOGIN },
      ],
    })
    .input(loginInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await login(ctx, input)),
  refresh: signInProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/auth/refresh',
        summary: 'Trades a refresh token, which is good for one use, for a new pair',
        names: { refresh_token: 'refreshToken' },
        answer: pairAnswer,
        hasCookieMode: true,
      },
    })
    .input(refreshInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await refresh(ctx, input)),
  exchange: signInProcedure
    .meta({ rest: EXCHANGE })
    .input(exchangeInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await exchange(ctx, input)),
  mint: signInProcedure
    .meta({ rest: MINT })
    .input(mintInputSchema)
    .output(authResultSchema)
    .mutation(async ({ ctx, input }) => await mint(ctx, input)),
  startOAuth: signInProcedure
    .input(startOAuthInputSchema)
    .output(startOAuthOutputSchema)
    .mutation(({ ctx, input }) => startOAuth(ctx, input, null)),
  linkOAuth: personProcedure
    .input(startOAuthInputSchema)
    .output(startOAuthOutputSchema)
    .mutation(({ ctx, input }) => startOAuth(ctx, input, ctx.caller.userId)),
  finishOAuth: signInProcedure
    .input(finishOAuthInputSchema)
    .output(finishOAuthOutputSchema)
    .mutation(async ({ ctx, input }) => await finishOAuth(ctx, input)),
  logout: personProcedure
    .meta({
      rest: { method: 'POST', path: '/auth/logout', summary: 'Ends the session', hasCookieMode: true },
    })
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
  acceptInvitation: signInProcedure
    .input(acceptInvitationInputSchema)
    .output(acceptInvitationOutputSchema)
    .mutation(async ({ ctx, input }) => await acceptInvitation(ctx, input)),
  invite: adminProcedure
    .input(inviteToTenantInputSchema)
    .output(inviteToTenantOutputSchema)
    .mutation(async ({ ctx, input }) => await inviteToTenant(ctx, input)),
  invitations: adminProcedure
    .output(z.array(invitationViewSchema))
    .query(async ({ ctx }) => await listInvitations(ctx)),
  revokeInvitation: adminProcedure
    .input(revokeInvitationInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await revokeInvitation(ctx, input)),
  members: adminProcedure
    .input(listMembersInputSchema)
    .output(listMembersOutputSchema)
    .query(async ({ ctx, input }) => await listMembers(ctx, input)),
  setMemberRole: adminProcedure
    .input(setTenantMemberRoleInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await setTenantRole(ctx, input)),
  removeMember: adminProcedure
    .input(removeTenantMemberInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await removeTenantMember(ctx, input)),
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
