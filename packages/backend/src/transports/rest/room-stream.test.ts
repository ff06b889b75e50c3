import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer } from '../../testing/test-server.ts';
import { curlOn, curlStream } from './curl-testing.ts';
import { isEvent } from './older-client-testing.ts';

it('streams a room to its members, from where a reader was, until they are taken out of it', async () => {
  await using test = await createTestServer();
  const curl = curlOn(test.server);
  const owner = await createTestCaller(test.node.backend);
  const member = await createTestCaller(test.node.backend);
  const stranger = await createTestCaller(test.node.backend);
  const { tenantId } = owner.ctx.caller;
  expect(member.ctx.caller.tenantId).toBe(tenantId);
  const { id: roomId } = await owner.call.chat.createRoom({
    clientId: randomUUID(),
    name: 'Streamed',
    userIds: [member.ctx.caller.userId],
  });
  const address = `/rooms/${roomId}/stream`;
  const say = async (text: string) =>
    await owner.call.chat.postMessage({ roomId, clientId: randomUUID(), text });
  const posted = (text: string) => ({
    event: 'message_posted',
    data: { type: 'message_posted', data: { message: { text } } },
  });

  expect((await curl(address)).status).toBe(401);
  const token = await test.tokenOf(stranger.ctx.caller);
  expect(await curl(address, { token })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });

  const options = { token: await test.tokenOf(member.ctx.caller) };
  await using stream = await curlStream(test.server, address, options);
  expect(await stream.until(() => true)).toMatchObject({ event: 'reset' });
  await say('one');
  const one = await stream.until(isEvent('message_posted'));
  expect(one).toMatchObject(posted('one'));
  await say('two');
  expect(await stream.until(isEvent('message_posted'))).toMatchObject(posted('two'));

  const headers = { 'last-event-id': one.id ?? '' };
  await using again = await curlStream(test.server, address, { ...options, headers });
  expect(await again.until(() => true)).toMatchObject(posted('two'));

  await owner.call.chat.removeMember({ roomId, userId: member.ctx.caller.userId });
  expect((await again.rest()).slice(1)).toMatchObject([
    { event: 'member_left' },
    { event: 'error', data: { data: { code: 'FORBIDDEN' } } },
  ]);
});
