import { renderHook, renderHooks } from './render.ts';
import { expect, test } from 'vitest';
import { createAuraClient, memoryStorage } from '../src/index.ts';
import { useConversation, useSession } from '../src/react/index.ts';
import { startWireServer } from './wire-server.ts';

const PASSWORD = 'correct horse battery';

test('useSession: from signed out to signed in and back', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  using view = await renderHook(client, useSession);
  expect(view.current.status).toBe('signedOut');
  await view.current.signIn({ email: 'dev@aura.local', password: PASSWORD });
  await expect
    .poll(() => view.current)
    .toMatchObject({ status: 'signedIn', identity: { tenantName: 'Test' } });
  await view.current.signOut();
  await expect.poll(() => view.current.status).toBe('signedOut');
});

test('all views of a conversation share one subscription, which outlives a quick change of pages', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  await client.signIn({ email: 'dev@aura.local', password: PASSWORD });
  const { id, log } = server.addConversation();
  const hook = () => useConversation(id);
  const texts = (view: { current: ReturnType<typeof hook> } | undefined) =>
    view?.current.state?.messages.map(({ text }) => text);
  {
    const views = renderHooks(client, [hook, hook, hook]);
    log.say('one');
    for (const view of views) await expect.poll(() => texts(view)).toEqual(['one']);
    views[0]?.[Symbol.dispose]();
  }
  using again = await renderHook(client, hook);
  log.say('two');
  await expect.poll(() => texts(again)).toEqual(['one', 'two']);
  expect(server.feeds).toEqual([id]);
});

test('a thousand events that come at once are a few renderings', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  await client.signIn({ email: 'dev@aura.local', password: PASSWORD });
  const { id, log } = server.addConversation();
  using view = await renderHook(client, () => useConversation(id));
  await expect.poll(() => view.current.status).toBe('ready');
  const before = view.renderings;
  for (let i = 0; i < 1_000; i++) log.say(`${i}`);
  await expect.poll(() => view.current.state?.messages.length).toBe(1_000);
  expect(view.renderings - before).toBeLessThan(200);
});

test('a message shows as pending, survives a failure, and arrives once when it is retried', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  await client.signIn({ email: 'dev@aura.local', password: PASSWORD });
  const { id, log } = server.addConversation();
  using view = await renderHook(client, () => useConversation(id));
  // A snapshot alone is not enough: the subscription must have found the conversation before it goes.
  await expect.poll(() => server.feeds).toEqual([id]);
  server.logs.delete(id);
  const clientId = view.current.send('hello');
  await expect
    .poll(() => view.current.pending)
    .toMatchObject([{ clientId, text: 'hello', status: 'failed' }]);
  expect(view.current.pending[0]?.error?.code).toBe('NOT_FOUND');

  server.logs.set(id, log);
  server.faults.push({ name: 'conversation.send', fault: 'unanswered' });
  view.current.retry(clientId);

  await expect.poll(() => view.current.state?.messages.map(({ text }) => text)).toEqual(['hello']);
  await expect.poll(() => view.current.pending).toEqual([]);
  expect(server.sent.size).toBe(1);
});

test('a message that failed is still there for whoever comes back, but not for another user', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  await client.signIn({ email: 'dev@aura.local', password: PASSWORD });
  const { id } = server.addConversation();
  const hook = () => useConversation(id);
  {
    using view = await renderHook(client, hook);
    await expect.poll(() => view.current.status).toBe('ready');
    server.logs.clear();
    view.current.send('keep me');
    await expect.poll(() => view.current.pending[0]?.status).toBe('failed');
  }
  using again = await renderHook(client, hook);
  expect(again.current.pending).toMatchObject([{ text: 'keep me', status: 'failed' }]);
  await client.signIn({ email: 'other@aura.local', password: PASSWORD });
  await expect.poll(() => again.current.pending).toEqual([]);
});
