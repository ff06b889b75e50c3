import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  splitLink,
  type TRPCClient,
  type TRPCLink,
  wsLink,
} from '@trpc/client';
import type { AppRouter } from '@aura/backend';
import type { Session } from './session/session.ts';
import { authLink } from './transport/auth-link.ts';
import { authorization, batchLink } from './transport/batch-link.ts';
import type { LinkFetch } from './transport/guarded-fetch.ts';
import { repeatLink } from './transport/repeat-link.ts';
import type { Socket } from './transport/socket.ts';
import { resubscribeLink, socketLink } from './transport/subscription-link.ts';

/** Every procedure of the server, typed. */
export type AuraTrpc = TRPCClient<AppRouter>;

/** The most calls that the server takes in one request. */
const MAX_BATCH = 10;

/** Queries and mutations go over HTTP, subscriptions over the socket; both with the session's token. */
export function createTrpc(options: {
  url: string;
  fetch: LinkFetch;
  session: Session;
  socket: Socket;
}): AuraTrpc {
  const { url, fetch, session, socket } = options;
  const batch = (headers: Record<string, string>): TRPCLink<AppRouter> =>
    httpBatchLink({ url, fetch, headers, maxItems: MAX_BATCH });
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: [
          resubscribeLink(socket),
          socketLink({ session, socket }, (client): TRPCLink<AppRouter> => wsLink({ client })),
        ],
        false: [repeatLink(), authLink(session), batchLink(batch)],
      }),
    ],
  });
}

/**
 * For the calls that make or end a session, and so cannot wait for one: one request each, with the token that the
 * call names in `context.accessToken`, or none.
 */
export function createSessionTrpc(options: { url: string; fetch: LinkFetch }): AuraTrpc {
  return createTRPCClient<AppRouter>({
    links: [
      repeatLink({ maxAttempts: 3 }),
      httpLink({ ...options, headers: ({ op }) => authorization(op.context['accessToken']) }),
    ],
  });
}
