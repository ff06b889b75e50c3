import { z } from 'zod';
import { idSchema, instantSchema, LIMITS, roleSchema } from './primitives.ts';

const emailSchema = z.email().max(254);
const newPasswordSchema = z.string().min(LIMITS.passwordMinChars).max(LIMITS.passwordMaxChars);

export const registerInputSchema = z.object({
  email: emailSchema,
  password: newPasswordSchema,
  nickname: z.string().trim().min(1).max(60).optional(),
});
export const loginInputSchema = z.object({
  email: z.string().max(254),
  password: z.string().max(LIMITS.passwordMaxChars),
  /** The tenant to work in; default: the one joined first. */
  tenantId: idSchema.optional(),
});
export const refreshInputSchema = z.object({ refreshToken: z.string().max(200) });
export const revokeSessionInputSchema = z.object({ sessionId: idSchema });
export const switchTenantInputSchema = z.object({ tenantId: idSchema });

export const userViewSchema = z.object({
  id: idSchema,
  email: z.string(),
  nickname: z.string().nullable(),
  pictureUrl: z.string().nullable(),
  tier: z.string(),
  createdAt: instantSchema,
});
export const membershipViewSchema = z.object({
  tenantId: idSchema,
  tenantName: z.string(),
  role: roleSchema,
});
export const identityViewSchema = z.object({
  user: userViewSchema,
  tenantId: idSchema,
  tenantName: z.string(),
  role: roleSchema,
  sessionId: idSchema,
  memberships: z.array(membershipViewSchema),
});
/** A fresh pair of tokens. The access token lives 15 minutes; the refresh token is good for one use. */
export const authResultSchema = z.object({
  accessToken: z.string(),
  accessExpiresAt: instantSchema,
  refreshToken: z.string(),
  refreshExpiresAt: instantSchema,
  identity: identityViewSchema,
});
export const sessionViewSchema = z.object({
  id: idSchema,
  createdAt: instantSchema,
  lastUsedAt: instantSchema,
  expiresAt: instantSchema,
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  isCurrent: z.boolean(),
});
/** `ticket` opens one socket for the session that asked for it, once. */
export const socketTicketSchema = z.object({ ticket: z.string(), expiresAt: instantSchema });

export type SocketTicket = z.infer<typeof socketTicketSchema>;
export type RegisterInput = z.infer<typeof registerInputSchema>;
export type LoginInput = z.infer<typeof loginInputSchema>;
export type RefreshInput = z.infer<typeof refreshInputSchema>;
export type RevokeSessionInput = z.infer<typeof revokeSessionInputSchema>;
export type SwitchTenantInput = z.infer<typeof switchTenantInputSchema>;
export type UserView = z.infer<typeof userViewSchema>;
export type MembershipView = z.infer<typeof membershipViewSchema>;
export type IdentityView = z.infer<typeof identityViewSchema>;
export type AuthResult = z.infer<typeof authResultSchema>;
export type SessionView = z.infer<typeof sessionViewSchema>;

/**
 * What an API key may do on behalf of the user it belongs to. `read`: see what the user sees. `write`: create, send,
 * change, and `read`, because what changes things answers with them. `approvals:decide`: decide what a person is asked;
 * never part of another scope. `admin`: what the user's role as admin allows; without it a key of an admin acts as `user`.
 */
export const apiKeyScopeSchema = z.enum(['read', 'write', 'approvals:decide', 'admin']);
export type ApiKeyScope = z.infer<typeof apiKeyScopeSchema>;

/** How many live keys a member may have in one tenant, and how long one may live. */
export const API_KEY_LIMITS = { perMember: 20, maxDays: 365, defaultDays: 90 } as const;

export const createApiKeyInputSchema = z.object({
  /** Tells the owner's keys apart: where it is used, for example. */
  name: z.string().trim().min(1).max(60),
  scopes: z.array(apiKeyScopeSchema).min(1).max(apiKeyScopeSchema.options.length),
  /** Every key ends: one that nobody renews is one that nobody remembers. */
  expiresInDays: z.int().min(1).max(API_KEY_LIMITS.maxDays).default(API_KEY_LIMITS.defaultDays),
});
export const revokeApiKeyInputSchema = z.object({ apiKeyId: idSchema });

export const apiKeyViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  scopes: z.array(apiKeyScopeSchema),
  createdAt: instantSchema,
  /** To the minute; null: never. */
  lastUsedAt: instantSchema.nullable(),
  expiresAt: instantSchema,
});
/** `key` is told here and never again: only its hash is kept. */
export const createApiKeyOutputSchema = z.object({ key: z.string(), apiKey: apiKeyViewSchema });

export type CreateApiKeyInput = z.infer<typeof createApiKeyInputSchema>;
export type RevokeApiKeyInput = z.infer<typeof revokeApiKeyInputSchema>;
export type ApiKeyView = z.infer<typeof apiKeyViewSchema>;
export type CreateApiKeyOutput = z.infer<typeof createApiKeyOutputSchema>;
