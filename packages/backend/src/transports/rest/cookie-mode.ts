import type { FastifyRequest } from 'fastify';
import { AppError } from '../../app-error.ts';
import type { Endpoint } from './collect-endpoints.ts';

/** Where `?mode=` wants the refresh token; undefined where nothing is said. Throws BAD_INPUT for anything else than a mode. */
export function cookieMode(
  { route }: Pick<Endpoint, 'route'>,
  { url }: Pick<FastifyRequest, 'url'>,
): 'cookie' | 'bearer' | undefined {
  if (route.hasCookieMode !== true) return undefined;
  const mode = new URL(url, 'http://localhost').searchParams.get('mode');
  if (mode === null) return undefined;
  if (mode === 'cookie' || mode === 'bearer') return mode;
  // Whoever misspells it must not get the token where scripts can read it.
  throw new AppError('BAD_INPUT', { message: 'mode is cookie or bearer.' });
}
