import { expect, test } from 'vitest';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer } from '../../testing/test-server.ts';
import { RawClient } from '../../testing/raw-client.ts';

test('a user is online from the first socket that signs in to the last one that closes', async () => {
  await using server = await createTestServer();
  const { backend } = server.node;
  const { ctx } = await createTestCaller(backend);
  const { tenantId, userId } = ctx.caller;
  using watch = backend.presence.watch(tenantId, () => {});
  const isOnline = (): boolean => watch.isOnline(userId);
  const token = await server.tokenOf(ctx.caller);
  {
    await using stranger = await RawClient.connect(server.socketUrl, { token: 'bad' });
    expect(await stranger.closed).toBe(4401);
    expect(isOnline()).toBe(false);
    await using _first = await RawClient.connect(server.socketUrl, { token });
    await expect.poll(isOnline).toBe(true);
    {
      await using _second = await RawClient.connect(server.socketUrl, { token });
      await expect.poll(() => server.server.socketCount).toBe(2);
    }
    await expect.poll(() => server.server.socketCount).toBe(1);
    expect(isOnline()).toBe(true);
  }
  await expect.poll(isOnline).toBe(false);
});
