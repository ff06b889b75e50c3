import type { IncomingMessage } from 'node:http';
import { AppError } from '../../app-error.ts';
import type { Caller, CallerContext, Core, RequestInfo } from '../../context.ts';
import { admitGatewayUser } from '../../features/auth/admit-gateway-user.ts';
import { redeemSocketTicket } from '../../features/auth/redeem-socket-ticket.ts';
import { isFromHere } from '../is-from-here.ts';
import { assertTenant, httpContext } from '../request-context.ts';
import { assertGateway, claimsGateway } from './assert-gateway.ts';
import { namesUser, readGatewayIdentity } from './read-gateway-identity.ts';

/**
 * Whoever asks for a chat socket: by a gateway's word, by a ticket, or by a token in the header. Where no token is asked
 * for, a query alone is believed as well. Throws UNAUTHORIZED, SESSION_REVOKED, ACCOUNT_INACTIVE, BAD_INPUT when the gateway
 * leaves something out, and FORBIDDEN when `X-Tenant-ID` names another tenant.
 */
export async function identifyCaller(
  core: Core,
  req: IncomingMessage,
  { query, info }: { query: URLSearchParams; info: RequestInfo },
): Promise<CallerContext> {
  const caller = await callerOf(core, req, { query, info });
  assertTenant(caller, req.headers['x-tenant-id']);
  return { ...core, caller, request: info, flow: null };
}

async function callerOf(
  core: Core,
  req: IncomingMessage,
  { query, info }: { query: URLSearchParams; info: RequestInfo },
): Promise<Caller> {
  const { headers } = req;
  if (claimsGateway(req)) {
    assertGateway(req, { secret: core.config.gatewaySecret ?? null, now: core.clock.now() });
    return await admitGatewayUser(core, readGatewayIdentity(query, 'gateway'), info);
  }
  const ticket = query.get('ticket');
  if (ticket !== null) return await redeemSocketTicket(core, ticket);
  const isOpen = core.developmentUser !== null && isFromHere(headers, core.config);
  if (isOpen && headers.authorization === undefined && namesUser(query)) {
    // Its users are not those of a gateway that proves itself, should this database ever have one.
    return await admitGatewayUser(core, readGatewayIdentity(query, 'unproven'), info);
  }
  const { caller } = await httpContext(core, { headers, info, setCookie: () => {} });
  if (caller !== null) return caller;
  throw new AppError('UNAUTHORIZED', {
    message: 'Come with an access token, a ticket or the signature of a gateway.',
  });
}
