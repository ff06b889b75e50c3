import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startNginx, type TestNginx } from '../../testing/services/nginx.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { curlOn, curlStream } from '../rest/curl-testing.ts';
import { bearer, ChatClient, chatPath, gatewayHeaders } from './chat-testing.ts';

const SECRET = 'a secret that nginx and the server share';
let server: TestServer;
let ann: TestCaller;
let token: string;
let room: { number: number; roomId: string };
beforeAll(async () => {
  server = await createTestServer({ config: { gatewaySecret: SECRET, trustedProxies: ['loopback'] } });
  ann = await createTestCaller(server.node.backend);
  token = await server.tokenOf(ann.ctx.caller);
  room = await ann.call.chat.byNumber.create({ clientId: crypto.randomUUID(), name: 'Behind' });
});
afterAll(async () => await server[Symbol.asyncDispose]());

const aura = (): string => new URL(server.server.url).host;

describe('the nginx that passes through', { timeout: 300_000 }, () => {
  let nginx: TestNginx;
  beforeAll(async () => {
    nginx = await startNginx('nginx-pass-through.conf', { upstreams: { '127.0.0.1:8080': aura() } });
  }, 300_000);
  afterAll(async () => await nginx[Symbol.asyncDispose]());

  test('is a configuration that nginx takes', () => {
    expect(nginx.verdict).toContain('test is successful');
  });

  test('keeps the metrics from the outside', async () => {
    const curl = curlOn(nginx);
    expect([(await curl('/livez')).status, (await curl('/metrics')).status]).toEqual([200, 404]);
  });

  test('lets chat sockets through, and their refusals', async () => {
    expect(await ChatClient.try(nginx, chatPath(room.number))).toBe(401);
    await using socket = await ChatClient.open(nginx, chatPath(room.number), bearer(token));
    socket.say('through nginx');
    await socket.frame({ type: 'chat.message', message: 'through nginx' });
  });

  test('buffers no event stream', async () => {
    const curl = curlOn(nginx);
    const { body } = await curl('/conversations', { token, json: { title: 'Streamed' } });
    const address = `/conversations/${z.object({ id: z.string() }).parse(body).id}`;
    await using stream = await curlStream(nginx, `${address}/stream`, { token });
    await curl(address, { method: 'PUT', token, json: { title: 'Renamed' } });
    // It stays open: what had been buffered would not come.
    await stream.until(({ event }) => event === 'conversation_updated');
  });

  test('tells no word of a gateway on, however it is signed', async () => {
    const path = chatPath(room.number, '?user_id=u1&nickname=Una&email=una%40example.org');
    const headers = gatewayHeaders(path, { secret: SECRET });
    expect(await ChatClient.try(nginx, path, headers)).toBe(401);
  });
});

describe('the nginx that signs as a gateway', { timeout: 300_000 }, () => {
  let nginx: TestNginx;
  let accounts: Server;
  beforeAll(async () => {
    // The site's own accounts, which know their sessions by a cookie.
    accounts = createServer((req, res) => {
      const name = /session=(\w+)/.exec(req.headers.cookie ?? '')?.[1];
      if (name === undefined) {
        res.writeHead(401).end();
        return;
      }
      res.writeHead(204, {
        'x-user-id': name,
        'x-user-nickname': encodeURIComponent(`${name} Ünal & Söhne`),
        'x-user-email': encodeURIComponent(`${name}@example.org`),
      });
      res.end();
    }).listen(0, '127.0.0.1');
    await once(accounts, 'listening');
    nginx = await startNginx('nginx-gateway.conf', {
      upstreams: { '127.0.0.1:8080': aura(), '127.0.0.1:9000': `127.0.0.1:${portOf(accounts)}` },
      env: { GATEWAY_SECRET: SECRET },
    });
  }, 300_000);
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    await accounts[Symbol.asyncDispose]();
  });

  test('is a configuration that nginx takes', () => {
    expect(nginx.verdict).toContain('test is successful');
  });

  test('keeps the metrics from the outside', async () => {
    expect((await curlOn(nginx)('/metrics')).status).toBe(404);
  });

  test('says who is calling as its accounts know them, whatever the client says', async () => {
    const path = chatPath(room.number);
    expect(await ChatClient.try(nginx, path)).toBe(401);
    const lie = '?user_id=ann&nickname=Ann&email=ann%40example.org';
    const headers = { cookie: 'session=bob', 'x-gateway-signature': 'ab' };
    await using bob = await ChatClient.open(nginx, chatPath(room.number, lie), headers);
    await using other = await ChatClient.open(nginx, path, { cookie: 'session=ann' });
    const nickname = 'bob Ünal & Söhne';
    bob.say('signed');
    expect(await other.frame({ type: 'chat.message' })).toMatchObject({
      message: 'signed',
      sender: 'bob@example.org',
      nickname,
      profile_picture_url: null,
    });
    expect(await ChatClient.try(nginx, chatPath(999_999), { cookie: 'session=bob' })).toBe(404);
    const { state } = await ann.call.chat.getRoom({ roomId: room.roomId });
    expect(state.members.map(({ name }) => name)).toContain(nickname);
  });
});

function portOf(at: Server): number {
  const address: AddressInfo | string | null = at.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
