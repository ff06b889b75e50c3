import { z } from 'zod';
import { idSchema, instantSchema, LIMITS, roleSchema } from './primitives.ts';

export const emailSchema = z.email().max(254);
export const newPasswordSchema = z.string().min(LIMITS.passwordMinChars).max(LIMITS.passwordMaxChars);

/** Tokens of others carry whole lists of groups. */
const EXTERNAL_TOKEN_MAX_CHARS = 16_384;

export const nicknameSchema = z.string().trim().min(1).max(60);

export const registerInputSchema = z.object({
  email: emailSchema,
  password: newPasswordSchema,
  nickname: nicknameSchema.optional(),
});
export const loginInputSchema = z.object({
  email: z.string().max(254),
  password: z.string().max(LIMITS.passwordMaxChars),
  /** The tenant to work in; default: the one joined first. */
  tenantId: idSchema.optional(),
});
/** In cookie mode without the token: the cookie has it. */
export const refreshInputSchema = z.object({ refreshToken: z.string().max(200).nullish() });
export const oauthProviderSchema = z.enum(['google', 'discord']);
export type OAuthProviderName = z.infer<typeof oauthProviderSchema>;

export const startOAuthInputSchema = z.object({
  provider: oauthProviderSchema,
  /** A path of the web app to come back to. */
  returnTo: z
    .string()
    .max(500)
    .regex(/^\/(?![/\\])[^\s\\]*$/, 'must be a path such as /app/')
    .optional(),
});
/**
 * Send the browser to `url`. Keep `binding` in that browser, out of reach for others (a cookie, the session storage): only
 * with it is the answer believed, so that nobody can be made to finish a sign-in that somebody else began.
 */
export const startOAuthOutputSchema = z.object({ url: z.string(), binding: z.string() });
export const finishOAuthInputSchema = z.object({
  provider: oauthProviderSchema,
  state: z.string().max(2_000),
  binding: z.string().max(100),
  /** One of the two is what the provider sends. */
  code: z.string().min(1).max(2_000).optional(),
  error: z.string().max(500).optional(),
});

/** RFC 8693. The token types that are named there are accepted and decide nothing: what the token is decides. */
export const exchangeInputSchema = z.object({
  subjectToken: z.string().min(1).max(EXTERNAL_TOKEN_MAX_CHARS),
  subjectTokenType: z.string().max(200).optional(),
  /** Of whoever acts in the subject's name; from an issuer of signed tokens. */
  actorToken: z.string().min(1).max(EXTERNAL_TOKEN_MAX_CHARS).optional(),
  actorTokenType: z.string().max(200).optional(),
  /** Whose token it is, for one that does not say so itself; needed only where several issuers of such are configured. */
  issuer: z.string().max(500).optional(),
  /** The tenant to work in; default: the one joined first. */
  tenantId: idSchema.optional(),
});
/** What a backend signs, as it is on the wire; `signature` is `t=<unix seconds>,v1=<hex>` over `rawBody`. */
export const mintInputSchema = z.object({
  rawBody: z.string().max(4_096),
  signature: z.string().max(200),
});
/** `rawBody` as JSON; snake case, because older backends write it. */
export const mintBodySchema = z.object({
  /** Of a user here, or of one of the backend's own. */
  user_id: z.string().min(1).max(200),
  /** What a user of the backend's own joins as: the highest of them. Who is known already keeps their role. */
  roles: z.array(roleSchema).max(3).optional(),
  /** The slug of a tenant; default `default`. */
  tenant: z.string().max(100).optional(),
});
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
  /** Null in cookie mode, where no script gets to see it. */
  refreshToken: z.string().nullable(),
  refreshExpiresAt: instantSchema,
  identity: identityViewSchema,
});
export const finishOAuthOutputSchema = authResultSchema.extend({ returnTo: z.string().nullable() });
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
export type StartOAuthInput = z.infer<typeof startOAuthInputSchema>;
export type StartOAuthOutput = z.infer<typeof startOAuthOutputSchema>;
export type FinishOAuthInput = z.infer<typeof finishOAuthInputSchema>;
export type FinishOAuthOutput = z.infer<typeof finishOAuthOutputSchema>;
export type ExchangeInput = z.infer<typeof exchangeInputSchema>;
export type MintInput = z.infer<typeof mintInputSchema>;
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
