import {
  finishOAuthOutputSchema,
  type OAuthProviderName,
  oauthProviderSchema,
  startOAuthOutputSchema,
} from '@aura/contract';
import type { AnyTRPCRouter } from '@trpc/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core, RequestContext, RequestInfo } from '../../context.ts';
import { provenRefreshCookie } from '../http/refresh-cookie.ts';
import { reportError } from '../report-error.ts';
import { httpContext } from '../request-context.ts';
import { requestInfo } from '../request-info.ts';
import type { RequestInfos } from '../tell-rate-limits.ts';
import { callProcedure } from './call-procedure.ts';
import { asError } from './rest-failure.ts';
import { sendFailure } from './send-failure.ts';

interface Options {
  core: Core;
  router: AnyTRPCRouter;
  infos: RequestInfos;
}
interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Ten minutes, as long as a state holds. */
const BINDING_LIFETIME_S = 600;
/** Lax: it has to come along when the provider sends the browser back. `__Host-`: no sibling host can plant one. */
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Lax';
const HOME = '/app/';

/**
 * Signing in with a provider, for browsers that are sent here: `/auth/oauth/{provider}/start` leads to the provider, whose
 * answer to `/callback` leads to `returnTo` of the start, with the refresh token in its cookie. `POST …/link` begins it for who is signed in. Not parts of the
 * projection, because a redirect is no answer of a procedure.
 */
export async function oauthRoutes(app: FastifyInstance, options: Options): Promise<void> {
  for (const provider of oauthProviderSchema.options) {
    for (const { method, step, take } of STEPS) {
      const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
        const info = requestInfo(request.raw, request.id, options.core.config);
        options.infos.set(request, info);
        try {
          const ctx = await contextOf(options.core, { request, reply }, info);
          return await take({ ...options, ctx, provider }, { request, reply });
        } catch (err) {
          reportError(options.core.log, {
            error: asError(err),
            path: `auth.oauth.${step}`,
            ctx: { request: info },
          });
          return sendFailure(reply, err, null);
        }
      };
      app.route({ method, url: `/auth/oauth/${provider}/${step}`, exposeHeadRoute: false, handler });
    }
  }
}

interface Sign extends Options {
  ctx: RequestContext;
  provider: OAuthProviderName;
}

/** For who is signed in and adds a way to be: their script asks with its token, and leads the browser to `url` itself. */
async function link(sign: Sign, { request, reply }: Exchange): Promise<FastifyReply> {
  const input = { provider: sign.provider, ...given(request, ['returnTo']) };
  const answer = startOAuthOutputSchema.parse(await call(sign, 'auth.linkOAuth', input));
  setBinding(reply, sign.provider, { value: answer.binding, maxAgeS: BINDING_LIFETIME_S });
  return await reply.header('cache-control', 'no-store').send({ url: answer.url });
}

async function start(sign: Sign, { request, reply }: Exchange): Promise<FastifyReply> {
  const input = { provider: sign.provider, ...given(request, ['returnTo']) };
  const answer = startOAuthOutputSchema.parse(await call(sign, 'auth.startOAuth', input));
  setBinding(reply, sign.provider, { value: answer.binding, maxAgeS: BINDING_LIFETIME_S });
  return await leadTo(reply, answer.url);
}

async function finish(sign: Sign, { request, reply }: Exchange): Promise<FastifyReply> {
  const { provider } = sign;
  const binding = request.cookies[cookieName(provider)] ?? '';
  setBinding(reply, provider, { value: '', maxAgeS: 0 });
  const input = { provider, binding, state: '', ...given(request, ['state', 'code', 'error']) };
  const answer = finishOAuthOutputSchema.parse(await call(sign, 'auth.finishOAuth', input));
  return await leadTo(reply, answer.returnTo ?? HOME);
}

/** In cookie mode: whoever comes back with the binding that only their browser has means it. */
async function contextOf(
  core: Core,
  { request: { headers }, reply }: Exchange,
  info: RequestInfo,
): Promise<RequestContext> {
  const setCookie = (value: string): void => void reply.header('set-cookie', value);
  const ctx = await httpContext(core, { headers, info, setCookie, mode: 'bearer' });
  return { ...ctx, refreshCookie: provenRefreshCookie({ headers, setCookie }) };
}

/** What the query says of these; what is left out, or said twice, is for the procedure to refuse. */
function given({ url }: FastifyRequest, names: readonly string[]): Record<string, string> {
  const { searchParams } = new URL(url, 'http://localhost');
  return Object.fromEntries([...searchParams].filter(([name]) => names.includes(name)));
}

async function call({ router, ctx }: Sign, path: string, input: Record<string, string>): Promise<unknown> {
  const { signal } = new AbortController();
  return await callProcedure({ router, ctx, signal }, { path, type: 'mutation' }, input);
}

function setBinding(
  reply: FastifyReply,
  provider: OAuthProviderName,
  { value, maxAgeS }: { value: string; maxAgeS: number },
): void {
  reply.header('set-cookie', `${cookieName(provider)}=${value}; ${ATTRIBUTES}; Max-Age=${maxAgeS}`);
}

function cookieName(provider: OAuthProviderName): string {
  return `__Host-aura_oauth_${provider}`;
}

async function leadTo(reply: FastifyReply, address: string): Promise<FastifyReply> {
  return await reply.header('cache-control', 'no-store').redirect(address, 302);
}

const STEPS = [
  { method: 'GET', step: 'start', take: start },
  { method: 'POST', step: 'link', take: link },
  { method: 'GET', step: 'callback', take: finish },
] as const;
