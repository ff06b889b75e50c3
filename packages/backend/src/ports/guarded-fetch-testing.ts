import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Dial, ResolveHost } from './guarded-connector.ts';
import { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions } from './guarded-fetch.ts';

export interface LocalServer extends AsyncDisposable {
  /** `http://127.0.0.1:{port}` */
  url: string;
  port: number;
}

/** An HTTP server on a port of its own. */
export async function startLocalServer(listener: RequestListener): Promise<LocalServer> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A listener that must hear nothing: counts connections, whatever is said on them. */
export async function startCanary(): Promise<LocalServer & { readonly connections: number }> {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

/** Stands in for the internet: whatever public address the guard has decided to go to, this local server answers there, in the clear. */
export function dialTo(port: number): { dial: Dial; dialled: string[] } {
  const dialled: string[] = [];
  return {
    dialled,
    dial(addresses, _options, callback) {
      dialled.push(...addresses.map(({ address }) => address));
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => callback(null, socket));
      socket.once('error', (err) => callback(err, null));
    },
  };
}

export const PUBLIC = [{ address: '93.184.215.14', family: 4 }] as const;
export const LOOPBACK = [{ address: '127.0.0.1', family: 4 }] as const;
/** Names that lead to places inside, by every road a name can take; all others are public. */
export const resolveForTest: ResolveHost = (hostname) => {
  switch (hostname) {
    case 'inside.example':
    case 'localhost':
    case 'localhost.':
    case 'sub.localhost':
      return Promise.resolve(LOOPBACK);
    case 'both.example':
      return Promise.resolve([...PUBLIC, ...LOOPBACK]);
    case 'metadata.example':
      return Promise.resolve([{ address: '169.254.169.254', family: 4 }]);
    case 'mapped.example':
      return Promise.resolve([{ address: '::ffff:127.0.0.1', family: 6 }]);
    case 'ula.example':
      return Promise.resolve([{ address: 'fd00::1', family: 6 }]);
    case 'nowhere.example':
      return Promise.reject(new Error('ENOTFOUND'));
    default:
      return Promise.resolve(PUBLIC);
  }
};

export interface TestSite extends LocalServer {
  /** The requests it got; to be emptied by whoever wants to count. */
  readonly seen: { method: string; path: string; headers: NodeJS.Dict<string | string[]>; body: string }[];
}

/** A site that redirects, stalls, breaks off or answers at length, as the URL asks. */
export async function startTestSite(): Promise<TestSite> {
  const seen: TestSite['seen'] = [];
  const server = await startLocalServer((req, res) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of req) parts.push(Buffer.from(part));
      const url = new URL(req.url ?? '', 'https://site.example');
      seen.push({
        method: req.method ?? '',
        path: url.pathname,
        headers: req.headers,
        body: Buffer.concat(parts).toString(),
      });
      const status = Number(url.searchParams.get('status') ?? 302);
      const to = url.searchParams.get('to');
      // Header values are bytes: this is how a server sends letters that are not ASCII.
      const location = to === null ? '' : Buffer.from(to).toString('latin1');
      if (to !== null) return res.writeHead(status, { location }).end('moved');
      if (url.pathname === '/loop') return res.writeHead(302, { location: '/loop' }).end();
      if (url.pathname === '/zip') {
        res.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' });
        return res.end(gzipSync(Buffer.alloc(3_000_000, 'a')));
      }
      if (url.pathname === '/silent') return;
      if (url.pathname === '/stall') return res.writeHead(200).write('a start');
      if (url.pathname === '/cut') return res.writeHead(200).write('a start', () => res.destroy());
      return res.end('hello');
    })();
  });
  return { ...server, seen };
}

/** The guard, with `site` answering at every public address. */
export function guardBefore(
  site: LocalServer,
  options: GuardedFetchOptions = {},
): GuardedFetch & { dialled: string[] } {
  const { dial, dialled } = dialTo(site.port);
  return { ...createGuardedFetch({ resolve: resolveForTest, dial, ...options }), dialled };
}
