import { z } from 'zod';
import { AppError } from '../../app-error.ts';
import type { GatewayIdentity } from '../../features/auth/admit-gateway-user.ts';

const querySchema = z.object({
  user_id: z.string().trim().min(1).max(200),
  nickname: z.string().trim().min(1).max(100),
  email: z.email().max(254),
  profile_url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional(),
});
const NAMES = Object.keys(querySchema.shape);

/** True when a query names a user at all. */
export function namesUser(query: URLSearchParams): boolean {
  return NAMES.some((name) => query.has(name));
}

/** Who the query names. Throws BAD_INPUT when a field is missing, makes no sense or is there twice. */
export function readGatewayIdentity(query: URLSearchParams, gateway: string): GatewayIdentity {
  const given = NAMES.flatMap((name) => query.getAll(name).map((text) => [name, text] as const)).filter(
    ([name, text]) => name !== 'profile_url' || text !== '',
  );
  const parsed = querySchema.safeParse(Object.fromEntries(given));
  if (!parsed.success || new Set(given.map(([name]) => name)).size < given.length) {
    throw new AppError('BAD_INPUT', {
      message: 'Name user_id, nickname and email, each once; profile_url, if any, is a web address.',
    });
  }
  const { user_id: externalId, nickname, email, profile_url: pictureUrl = null } = parsed.data;
  return { gateway, externalId, nickname, email, pictureUrl };
}
