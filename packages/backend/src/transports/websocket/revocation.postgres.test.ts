import { expect, test } from 'vitest';
import { call, RawClient } from '../../testing/raw-client.ts';
import { callerOn, createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer } from '../../testing/test-server.ts';

test('an API key that is revoked on one node loses its sockets and its calls on another within five seconds', async () => {
  await using server = await createTestServer();
  const elsewhere = await server.node.addNode();
  const ada = await createTestCaller(server.node.backend);
  const { key, apiKey } = await ada.call.auth.createApiKey({ name: 'a machine', scopes: ['read'] });
  await using client = await RawClient.connect(server.socketUrl, { token: key });
  client.send(call(1, 'account.events', { method: 'subscription', input: {} }));
  await client.frame({ id: 1, result: { type: 'started' } });
  const statusOf = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${key}` };
    return (await fetch(`${server.server.url}/trpc/auth.me`, { headers })).status;
  };
  expect(await statusOf()).toBe(200);

  const revokedAt = performance.now();
  await callerOn(elsewhere, ada.ctx.caller).call.auth.revokeApiKey({ apiKeyId: apiKey.id });
  expect(await client.closed).toBe(4403);
  expect(await statusOf()).toBe(401);
  expect(performance.now() - revokedAt).toBeLessThan(5_000);
});
