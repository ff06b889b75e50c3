import {
  type AuthResult,
  authResultSchema,
  idSchema,
  identityViewSchema,
  instantSchema,
  mintBodySchema,
  type UserView,
} from '@aura/contract';
import { z } from 'zod';
import { answerAs, type RestAnswer, type RestRoute } from '../../trpc/rest-route.ts';

/** A user as the older account routes name it. */
const accountSchema = z.object({
  id: idSchema,
  email: z.string(),
  tier: z.string(),
  /** An account that is switched off gets no such answer. */
  is_active: z.literal(true),
  created_at: instantSchema,
});
const BEARER = 'bearer' as const;
const bearer = { access_token: z.string(), token_type: z.literal(BEARER), user: accountSchema };

const accountOf = ({ id, email, tier, createdAt }: UserView): z.input<typeof accountSchema> => ({
  id,
  email,
  tier,
  is_active: true,
  created_at: createdAt,
});

export const accountAnswer: RestAnswer = answerAs(identityViewSchema, accountSchema, ({ user }) =>
  accountOf(user),
);

/** Signed in without a refresh token: `/api/v1/auth`. */
export const bearerAnswer: RestAnswer = answerAs(
  authResultSchema,
  z.object(bearer),
  ({ accessToken, identity }) => ({
    access_token: accessToken,
    token_type: BEARER,
    user: accountOf(identity.user),
  }),
);

const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token' as const;
const pairShape = { ...bearer, refresh_token: z.string().optional(), expires_in: z.int() };
const pairSchema = z.object(pairShape);

const pairOf = ({
  accessToken,
  accessExpiresAt,
  refreshToken,
  identity,
}: AuthResult): z.input<typeof pairSchema> => ({
  access_token: accessToken,
  ...(refreshToken !== null && { refresh_token: refreshToken }),
  token_type: BEARER,
  // Tokens end on whole seconds and are believed a moment longer.
  expires_in: Math.max(0, Math.ceil((Date.parse(accessExpiresAt) - Date.now()) / 1_000)),
  user: accountOf(identity.user),
});

/** A pair of tokens: `/auth`. `expires_in` in seconds; in cookie mode without the refresh token, which no script gets to see. */
export const pairAnswer: RestAnswer = answerAs(authResultSchema, pairSchema, pairOf);

/** As `pairAnswer`, with what RFC 8693 wants said of the access token. */
const exchangeAnswer: RestAnswer = {
  schema: z.object({ ...pairShape, issued_token_type: z.literal(ACCESS_TOKEN_TYPE) }),
  from: (output) => ({ ...pairOf(authResultSchema.parse(output)), issued_token_type: ACCESS_TOKEN_TYPE }),
};

/** What both families of account routes share. */
export const REGISTER: Pick<RestRoute, 'status' | 'summary' | 'errors'> = {
  status: 201,
  summary: 'Makes an account and signs in',
  errors: { EMAIL_TAKEN: { status: 400, detail: 'Email already registered' } },
};
export const LOGIN: Pick<RestRoute, 'summary' | 'errors'> = {
  summary: 'Signs in with a password',
  errors: { INVALID_CREDENTIALS: { detail: 'Incorrect email or password' } },
};

/** RFC 8693, whose form a request may use; `X-External-Token` says the same shorter. */
export const EXCHANGE: RestRoute = {
  method: 'POST',
  path: '/auth/exchange',
  summary: 'Trades a token of a configured issuer for a pair',
  body: { kind: 'form' },
  headers: { 'x-external-token': 'subjectToken' },
  constants: { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' },
  names: {
    subject_token: 'subjectToken',
    subject_token_type: 'subjectTokenType',
    actor_token: 'actorToken',
    actor_token_type: 'actorTokenType',
    tenant_id: 'tenantId',
  },
  hasCookieMode: true,
  answer: exchangeAnswer,
};

export const MINT: RestRoute = {
  method: 'POST',
  path: '/auth/token',
  summary: 'A pair for a user of a backend that signs the request',
  body: { kind: 'raw', schema: mintBodySchema },
  headers: { 'x-signature': 'signature' },
  // So that who signs nothing, or says nothing, is not signed for: 401.
  defaults: { rawBody: '', signature: '' },
  answer: pairAnswer,
};
