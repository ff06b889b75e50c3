import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { IncomingMessage } from 'node:http';

/**
 * What the web app may do: run its own scripts, talk to this host, show its own and inline pictures. Styles may be
 * inline because the component library sets them so. The Host header is in the form that `requestTarget` lets through.
 */
export function securityHeaders(environment: 'development' | 'production' | 'test'): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'", (req: IncomingMessage) => socketSources(req)],
        'object-src': ["'none'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    // Over plain HTTP browsers ignore it; on a laptop it would outlive this server on a shared port.
    strictTransportSecurity: environment === 'production' ? { includeSubDomains: false } : false,
  };
}

/** Not every browser counts a WebSocket to the same host as `'self'`. */
function socketSources({ headers: { host } }: IncomingMessage): string {
  return host === undefined ? "'self'" : `ws://${host} wss://${host}`;
}
