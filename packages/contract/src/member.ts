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
export const setMemberRoleInputSchema = z.object({ userId: idSchema, role: roleSchema });
export const removeMemberInputSchema = z.object({ userId: idSchema });

export const inviteInputSchema = z.object({
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
export const inviteOutputSchema = z.object({
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
export type SetMemberRoleInput = z.infer<typeof setMemberRoleInputSchema>;
export type RemoveMemberInput = z.infer<typeof removeMemberInputSchema>;
export type InviteInput = z.infer<typeof inviteInputSchema>;
export type InvitationView = z.infer<typeof invitationViewSchema>;
export type InviteOutput = z.infer<typeof inviteOutputSchema>;
export type RevokeInvitationInput = z.infer<typeof revokeInvitationInputSchema>;
export type AcceptInvitationInput = z.infer<typeof acceptInvitationInputSchema>;
