import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

const seen: IncomingMessage[] = [];
const server = createServer((req, res) => {
  seen.push(req);
  res.end();
});
let port = 0;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => server.close());

async function requestWith(forwardedFor: string): Promise<IncomingMessage> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${forwardedFor}\r\n\r\n`);
  await once(socket, 'data');
  const req = seen.at(-1);
  if (req === undefined) throw new Error('no request came');
  return req;
}

it('believes nobody about where a request came from, unless told whom to trust', async () => {
  expect(clientAddress(await requestWith('203.0.113.9'), [])).toBe('127.0.0.1');
  expect(clientAddress(await requestWith('203.0.113.9'), ['10.0.0.0/8'])).toBe('127.0.0.1');
});

it('takes the last address that no trusted proxy wrote', async () => {
  expect(clientAddress(await requestWith('203.0.113.9'), ['loopback'])).toBe('203.0.113.9');
  // What the client itself put in front is not believed.
  expect(
    clientAddress(await requestWith('6.6.6.6, 203.0.113.9, 10.1.2.3'), ['127.0.0.1', '10.0.0.0/8']),
  ).toBe('203.0.113.9');
});
