import type { RateLimitConfig } from '@aura/backend';
import { z } from 'zod';
import { json } from './setting-types.ts';

/** Far above what people and well-behaved machines do; a limit that is met in daily use is one that gets switched off. */
const DEFAULTS: RateLimitConfig = {
  anonymous: { calls: 600, seconds: 10 },
  signIn: { calls: 600, seconds: 60 },
  user: { calls: 3_000, seconds: 10 },
  key: { calls: 3_000, seconds: 10 },
  tenant: { calls: 30_000, seconds: 10 },
};

const limitSchema = z
  .string()
  .regex(/^[1-9]\d{0,8}\/[1-9]\d{0,4}s$/)
  .transform((text) => {
    const [calls = '', seconds = ''] = text.split('/');
    return { calls: Number(calls), seconds: Number.parseInt(seconds, 10) };
  })
  .nullable();
const ratesSchema = z.strictObject({
  anonymous: limitSchema.default(DEFAULTS.anonymous),
  signIn: limitSchema.default(DEFAULTS.signIn),
  user: limitSchema.default(DEFAULTS.user),
  key: limitSchema.default(DEFAULTS.key),
  tenant: limitSchema.default(DEFAULTS.tenant),
});

/** How often anybody may call. */
export const rateSettings = {
  AURA_RATE_LIMITS: z
    .union(
      [z.literal('off').transform(() => null), json(ratesSchema, '{"user":"3000/10s","key":null}, or off')],
      { error: ({ errors }) => errors?.at(-1)?.[0]?.message },
    )
    .default(DEFAULTS),
};
