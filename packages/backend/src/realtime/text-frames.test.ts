import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { textFrames } from './text-frames.ts';

const OPENING = '{"id":1,';

it('makes byte for byte the frames that `ws` sends, of every length and script', async () => {
  const sizes = [124, 125, 126, 127, 65_534, 65_535, 65_536, 70_000, 1_000_000];

  const endings = ['', 'a', 'ü€😀'.repeat(20), ...sizes.map((size) => 'x'.repeat(size - OPENING.length))];
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wss = new WebSocketServer({ server, perMessageDeflate: false });
  wss.once('connection', (ws) => {
    for (const ending of endings) ws.send(OPENING + ending);
    ws.terminate();
  });
  const { port } = server.address() as AddressInfo;
  const upgrade = request({
    port,
    host: '127.0.0.1',
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
    },
  });
  upgrade.end();
  const received = await new Promise<Buffer>((resolve) => {
    upgrade.once('upgrade', (_response, socket, head: Buffer) => {
      const chunks = [head];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => {});
      socket.once('close', () => resolve(Buffer.concat(chunks)));
    });
  });
  wss.close();
  server.close();
  const frames = textFrames(
    Buffer.from(OPENING),
    endings.map((ending) => Buffer.from(ending)),
  );
  expect(received.equals(frames)).toBe(true);
});
