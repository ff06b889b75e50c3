import { authResultSchema, idSchema, identityViewSchema, instantSchema, type UserView } from '@aura/contract';
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

/** A pair of tokens: `/auth`. `expires_in` in seconds. */
export const pairAnswer: RestAnswer = answerAs(
  authResultSchema,
  z.object({ ...bearer, refresh_token: z.string(), expires_in: z.int() }),
  ({ accessToken, accessExpiresAt, refreshToken, identity }) => ({
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: BEARER,
    // Tokens end on whole seconds and are believed a moment longer.
    expires_in: Math.max(0, Math.ceil((Date.parse(accessExpiresAt) - Date.now()) / 1_000)),
    user: accountOf(identity.user),
  }),
);

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
