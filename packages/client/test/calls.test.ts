import { expect, test } from 'vitest';
import { AuraError, createAuraClient, newClientId, toAuraError } from '../src/index.ts';
import { startWireServer } from './wire-server.ts';

const login = { email: 'dev@aura.local', password: 'correct horse' };

test('an answer that got lost is asked for again under the same clientId: one message, its ids', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const { id: conversationId, log } = server.addConversation();
  server.faults.push({ name: 'conversation.send', fault: 'unanswered' });

  const sent = await client.conversation.send.mutate({
    conversationId,
    text: 'once',
    clientId: newClientId(),
  });

  expect(log.state.messages.map(({ id, text }) => ({ id, text }))).toEqual([
    { id: sent.messageId, text: 'once' },
  ]);
});

test('a mutation without a clientId is never repeated; without an answer its outcome is unknown', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const { id: conversationId } = server.addConversation();
  server.faults.push({ name: 'conversation.update', fault: 'unanswered' });

  const error = toAuraError(
    await client.conversation.update.mutate({ conversationId, title: 'x' }).catch((err: unknown) => err),
  );

  expect(error).toBeInstanceOf(AuraError);
  expect(error.code).toBe('UNKNOWN_OUTCOME');
  expect(server.requests.filter((path) => path.includes('conversation.update'))).toHaveLength(1);
});

test('a query is repeated over a lost connection and a gateway’s error page', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  server.faults.push({ name: 'auth.me', fault: 'unsent' }, { name: 'auth.me', fault: 'html-502' });
  await expect(client.auth.me.query()).resolves.toMatchObject({ user: { email: login.email } });
});

test('gives up after a bounded number of tries, with NETWORK', async () => {
  await using client = createAuraClient({ url: 'http://127.0.0.1:1' });
  await expect(client.signIn(login)).rejects.toMatchObject({ name: 'AuraError', code: 'NETWORK' });
});

test('carries the server’s code and request id to the caller', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const call = client.conversation.get.query({ conversationId: crypto.randomUUID() });
  await expect(call).rejects.toMatchObject({ name: 'AuraError', code: 'NOT_FOUND', requestId: 'test' });
  await expect(call).rejects.toBeInstanceOf(AuraError);
});

test('puts at most ten calls into one request', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  await Promise.all(Array.from({ length: 25 }, () => client.auth.me.query()));
  const sizes = server.requests
    .filter((path) => path.includes('auth.me'))
    .map((path) => path.split(',').length);
  expect(sizes).toEqual([10, 10, 5]);
});
