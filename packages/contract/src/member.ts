import { z } from 'zod';
import { authResultSchema, emailSchema, newPasswordSchema, nicknameSchema } from './auth.ts';
import { idSchema, instantSchema, pageInputSchema, roleSchema } from './primitives.ts';

export const INVITATION_LIMITS = { pendingPerTenant: 500, maxDays: 30, defaultDays: 7 } as const;

/** Somebody who belongs to the tenant. */
export const memberViewSchema = z.object({
  userId: idSchema,
  email: z.string(),
  nickname: z.string().nullable(),
  role: roleSchema,
  /** False: switched off, in all tenants. */
  isActive: z.boolean(),
  joinedAt: instantSchema,
});
export const listMembersInputSchema = pageInputSchema;
export const listMembersOutputSchema = z.object({
  /** By when they joined, the first first. */
  members: z.array(memberViewSchema),
  nextPage: z.string().nullable(),
});
export const setTenantMemberRoleInputSchema = z.object({ userId: idSchema, role: roleSchema });
export const removeTenantMemberInputSchema = z.object({ userId: idSchema });

export const inviteToTenantInputSchema = z.object({
  email: emailSchema,
  role: roleSchema.default('user'),
  expiresInDays: z.int().min(1).max(INVITATION_LIMITS.maxDays).default(INVITATION_LIMITS.defaultDays),
});
export const invitationViewSchema = z.object({
  id: idSchema,
  email: z.string(),
  role: roleSchema,
  invitedBy: idSchema,
  createdAt: instantSchema,
  expiresAt: instantSchema,
});
/** Told here and never again; whoever has the token, and the e-mail address, joins. `url` is null where the server does not know its own. */
export const inviteToTenantOutputSchema = z.object({
  token: z.string(),
  url: z.string().nullable(),
  invitation: invitationViewSchema,
});
export const revokeInvitationInputSchema = z.object({ invitationId: idSchema });
export const acceptInvitationInputSchema = z.object({
  token: z.string().max(200),
  /** For who has no account yet; whoever is signed in joins with the account they have. */
  password: newPasswordSchema.optional(),
  nickname: nicknameSchema.optional(),
});
/** A session in the tenant that was joined; the one that it was accepted from, if any, stays. */
export const acceptInvitationOutputSchema = authResultSchema;

export type MemberView = z.infer<typeof memberViewSchema>;
export type ListMembersInput = z.infer<typeof listMembersInputSchema>;
export type ListMembersOutput = z.infer<typeof listMembersOutputSchema>;
export type SetTenantMemberRoleInput = z.infer<typeof setTenantMemberRoleInputSchema>;
export type RemoveTenantMemberInput = z.infer<typeof removeTenantMemberInputSchema>;
export type InviteToTenantInput = z.infer<typeof inviteToTenantInputSchema>;
export type InvitationView = z.infer<typeof invitationViewSchema>;
export type InviteToTenantOutput = z.infer<typeof inviteToTenantOutputSchema>;
export type RevokeInvitationInput = z.infer<typeof revokeInvitationInputSchema>;
export type AcceptInvitationInput = z.infer<typeof acceptInvitationInputSchema>;
