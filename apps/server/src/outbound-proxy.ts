import { setGlobalProxyFromEnv } from 'node:http';
import type { ServerEnv } from './env.ts';

const OWN = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Sends this process's outbound calls through the proxy that was asked for; without one Node ignores the usual
 * variables. This machine itself is always reached directly: the offline model listens here. Answers how to undo it.
 */
export function useOutboundProxy({
  httpProxy,
  httpsProxy,
  noProxy,
}: NonNullable<ServerEnv['proxy']>): () => void {
  return setGlobalProxyFromEnv({
    ...(httpProxy !== null && { HTTP_PROXY: httpProxy }),
    ...(httpsProxy !== null && { HTTPS_PROXY: httpsProxy }),
    NO_PROXY: [...noProxy, ...OWN].join(','),
  });
}
