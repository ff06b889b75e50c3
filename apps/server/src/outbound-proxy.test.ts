import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { useOutboundProxy } from './outbound-proxy.ts';

async function listen(name: string): Promise<{ url: string; seen: string[] } & AsyncDisposable> {
  const seen: string[] = [];
  const server = createServer((req, res) => {
    seen.push(`${req.method} ${req.url}`);
    res.end(name);
  }).listen(0, '127.0.0.1');
  server.on('connect', (req, socket) => {
    seen.push(`CONNECT ${req.url}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

it('sends calls to the world through the proxy, and those to this machine and to exceptions not', async () => {
  await using proxy = await listen('proxy');
  await using local = await listen('local');
  const undo = useOutboundProxy({ httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: ['direct.invalid'] });
  try {
    await expect(fetch('https://model.invalid/v1')).rejects.toThrow('fetch failed');
    expect(proxy.seen).toEqual(['CONNECT model.invalid:443']);
    expect(await (await fetch(local.url)).text()).toBe('local');
    await expect(fetch('http://direct.invalid/')).rejects.toThrow('fetch failed');
    expect(proxy.seen).toHaveLength(1);
  } finally {
    undo();
  }
});
